// Decodes the messages of Envoy's access log service, and of each entry only what is needed: an entry has over thirty fields, and there
// is one for each call.

import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { joinAddress } from '../../core/host-and-port.ts'
import type { LogEntry } from './log-entry.ts'

type Visit = (field: number, reader: BinaryReader) => boolean

/** Calls `visit` for each field that is a message, text or bytes. It reads the field, or returns false to skip it. */
function eachPart(bytes: Uint8Array, visit: Visit, visitNumber?: (field: number, value: number) => void) {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (type === WireType.LengthDelimited && visit(field, reader)) continue
    if (type === WireType.Varint && visitNumber !== undefined) visitNumber(field, varint(reader))
    else reader.skip(type, field)
  }
}

function varint(reader: BinaryReader): number {
  return Number(reader.int64())
}

// The numbers are those of the fields in envoy/service/accesslog/v3/als.proto and envoy/data/accesslog/v3/accesslog.proto.

/** The entries of a message. @throws RangeError or Error if the bytes are not a `StreamAccessLogsMessage` */
export function decodeLog(bytes: Uint8Array): readonly LogEntry[] {
  const entries: LogEntry[] = []
  eachPart(bytes, (kind, message) => {
    if (kind !== 2 && kind !== 3) return false
    const decode = kind === 2 ? decodeCall : decodeConnection
    eachPart(message.bytes(), (field, logs) => {
      if (field !== 1) return false
      entries.push(decode(logs.bytes()))
      return true
    })
    return true
  })
  return entries
}

/** The name of the log that the first message of a stream is about; empty if it has none. */
export function logNameIn(bytes: Uint8Array): string {
  let name = ''
  eachPart(bytes, (field, message) => {
    if (field !== 1) return false
    eachPart(message.bytes(), (inner, identifier) => {
      if (inner !== 2) return false
      name = identifier.string()
      return true
    })
    return true
  })
  return name
}

interface Common {
  caller: string
  upstream: string
  address: string
  hasFlags: boolean
  startedAt: number
  durationMs: number
  type: number
  readonly tags: Map<string, string>
}

const TCP_UPSTREAM_CONNECTED = 1

function decodeConnection(bytes: Uint8Array): LogEntry {
  const common = emptyCommon()
  eachPart(bytes, (field, entry) => {
    if (field !== 1) return false
    readCommon(entry.bytes(), common)
    return true
  })
  const { hasFlags, type } = common
  return toEntry(type === TCP_UPSTREAM_CONNECTED ? 'connected' : 'ended', common, hasFlags)
}

function decodeCall(bytes: Uint8Array): LogEntry {
  const common = emptyCommon()
  const response: Response = { httpStatus: 0, grpcStatus: undefined }
  eachPart(bytes, (field, entry) => {
    if (field === 1) readCommon(entry.bytes(), common)
    else if (field === 4) readResponse(entry.bytes(), response)
    else return false
    return true
  })
  const { httpStatus, grpcStatus } = response
  const isFailed =
    grpcStatus === undefined
      ? common.hasFlags || httpStatus < 200 || httpStatus >= 400
      : Number(grpcStatus) !== 0
  return toEntry('call', common, isFailed)
}

function toEntry(kind: LogEntry['kind'], common: Common, isFailed: boolean): LogEntry {
  const { caller, upstream, address, startedAt, durationMs, tags } = common
  return { kind, connection: caller, upstream, address, isFailed, at: startedAt + durationMs, tags }
}

function emptyCommon(): Common {
  return {
    caller: '',
    upstream: '',
    address: '',
    hasFlags: false,
    startedAt: 0,
    durationMs: 0,
    type: 0,
    tags: new Map(),
  }
}

/** `AccessLogCommon` */
function readCommon(bytes: Uint8Array, common: Common): void {
  const visit: Visit = (field, reader) => {
    if (field === 5) common.startedAt = toMs(reader.bytes())
    else if (field === 13) common.address = decodeAddress(reader.bytes())
    else if (field === 15) common.upstream = reader.string()
    else if (field === 16) common.hasFlags = reader.bytes().length > 0
    else if (field === 20) common.caller = decodeAddress(reader.bytes())
    else if (field === 22) readPair(reader.bytes(), (name, value) => common.tags.set(name, value))
    else if (field === 23) common.durationMs = toMs(reader.bytes())
    else return false
    return true
  }
  eachPart(bytes, visit, (field, value) => {
    if (field === 33) common.type = value
  })
}

interface Response {
  httpStatus: number
  grpcStatus: string | undefined
}

/** `HTTPResponseProperties`: the status is in the trailers, or in the headers of an answer without a message. */
function readResponse(bytes: Uint8Array, response: Response): void {
  eachPart(bytes, (field, reader) => {
    if (field === 1) {
      eachPart(
        reader.bytes(),
        () => false,
        (_, value) => {
          response.httpStatus = value
        },
      )
    } else if (field === 4 || field === 5) {
      readPair(reader.bytes(), (name, value) => {
        if (name === 'grpc-status') response.grpcStatus = value
      })
    } else return false
    return true
  })
}

/** An entry of a map of texts. */
function readPair(bytes: Uint8Array, take: (name: string, value: string) => void): void {
  let [name, value] = ['', '']
  eachPart(bytes, (field, reader) => {
    if (field === 1) name = reader.string()
    else if (field === 2) value = reader.string()
    else return false
    return true
  })
  take(name, value)
}

/** `Timestamp` and `Duration`: seconds and nanoseconds. */
function toMs(bytes: Uint8Array): number {
  let ms = 0
  eachPart(
    bytes,
    () => false,
    (field, value) => {
      ms += field === 1 ? value * 1_000 : value / 1_000_000
    },
  )
  return ms
}

/** `Address`: a socket address, or a pipe. */
function decodeAddress(bytes: Uint8Array): string {
  let address = ''
  eachPart(bytes, (field, reader) => {
    if (field === 1) address = decodeSocketAddress(reader.bytes())
    else if (field === 2) address = `unix:${decodePipe(reader.bytes())}`
    else return false
    return true
  })
  return address
}

function decodeSocketAddress(bytes: Uint8Array): string {
  let [host, port] = ['', 0]
  eachPart(
    bytes,
    (field, reader) => {
      if (field !== 2) return false
      host = reader.string()
      return true
    },
    (field, value) => {
      if (field === 3) port = value
    },
  )
  return joinAddress(host, port)
}

function decodePipe(bytes: Uint8Array): string {
  let path = ''
  eachPart(bytes, (field, reader) => {
    if (field !== 1) return false
    path = reader.string()
    return true
  })
  return path
}
