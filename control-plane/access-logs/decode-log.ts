// Decodes the messages of Envoy's access log service, and of each entry only what is needed: an entry has over thirty fields, and there
// is one for each call.

import { readAddress } from '../../core/wire-address.ts'
import { type Fields, part, varint, WireReader } from '../../core/wire-reader.ts'
import type { LogEntry } from './log-entry.ts'

/** The entries of a message. @throws RangeError or Error if the bytes are not a `StreamAccessLogsMessage` */
export function decodeLog(bytes: Uint8Array): readonly LogEntry[] {
  return new WireReader(bytes).message<LogEntry[]>(MESSAGE, [])
}

/** The name of the log that the first message of a stream is about; empty if it has none. */
export function logNameIn(bytes: Uint8Array): string {
  return new WireReader(bytes).message(FIRST_MESSAGE, { name: '' }).name
}

interface Draft {
  caller: string
  upstream: string
  address: string
  hasFlags: boolean
  startedAt: number
  durationMs: number
  type: number
  httpStatus: number
  grpcStatus: string | undefined
  readonly tags: Map<string, string>
}

const emptyDraft = (): Draft => ({
  caller: '',
  upstream: '',
  address: '',
  hasFlags: false,
  startedAt: 0,
  durationMs: 0,
  type: 0,
  httpStatus: 0,
  grpcStatus: undefined,
  tags: new Map(),
})

// The numbers are those of the fields in envoy/service/accesslog/v3/als.proto and envoy/data/accesslog/v3/accesslog.proto.

/** `Timestamp` and `Duration`: seconds and nanoseconds. */
const TIME: Fields<{ ms: number }> = {
  1: varint((reader, time) => {
    time.ms += reader.integer() * 1_000
  }),
  2: varint((reader, time) => {
    time.ms += reader.integer() / 1_000_000
  }),
}

/** An entry of a map of texts. */
const PAIR: Fields<{ name: string; value: string }> = {
  1: part((reader, pair) => {
    pair.name = reader.string()
  }),
  2: part((reader, pair) => {
    pair.value = reader.string()
  }),
}

const timeIn = (reader: WireReader) => reader.nested(TIME, { ms: 0 }).ms
const pairIn = (reader: WireReader) => reader.nested(PAIR, { name: '', value: '' })

/** `AccessLogCommon` */
const COMMON: Fields<Draft> = {
  5: part((reader, draft) => {
    draft.startedAt = timeIn(reader)
  }),
  13: part((reader, draft) => {
    draft.address = readAddress(reader)
  }),
  15: part((reader, draft) => {
    draft.upstream = reader.string()
  }),
  16: part((reader, draft) => {
    draft.hasFlags = reader.bytes().length > 0
  }),
  20: part((reader, draft) => {
    draft.caller = readAddress(reader)
  }),
  22: part((reader, draft) => {
    const { name, value } = pairIn(reader)
    draft.tags.set(name, value)
  }),
  23: part((reader, draft) => {
    draft.durationMs = timeIn(reader)
  }),
  33: varint((reader, draft) => {
    draft.type = reader.integer()
  }),
}

const readStatus = part<Draft>((reader, draft) => {
  const { name, value } = pairIn(reader)
  if (name === 'grpc-status') draft.grpcStatus = value
})

/** `google.protobuf.UInt32Value` */
const NUMBER: Fields<Draft> = {
  1: varint((reader, draft) => {
    draft.httpStatus = reader.integer()
  }),
}

/** `HTTPResponseProperties`: the status is in the trailers, or in the headers of an answer without a message. */
const RESPONSE: Fields<Draft> = {
  1: part((reader, draft) => void reader.nested(NUMBER, draft)),
  4: readStatus,
  5: readStatus,
}

const CONNECTION: Fields<Draft> = { 1: part((reader, draft) => void reader.nested(COMMON, draft)) }
const CALL: Fields<Draft> = { ...CONNECTION, 4: part((reader, draft) => void reader.nested(RESPONSE, draft)) }

const CALLS: Fields<LogEntry[]> = {
  1: part((reader, entries) => {
    entries.push(toCall(reader.nested(CALL, emptyDraft())))
  }),
}
const CONNECTIONS: Fields<LogEntry[]> = {
  1: part((reader, entries) => {
    entries.push(toConnection(reader.nested(CONNECTION, emptyDraft())))
  }),
}
const MESSAGE: Fields<LogEntry[]> = {
  2: part((reader, entries) => void reader.nested(CALLS, entries)),
  3: part((reader, entries) => void reader.nested(CONNECTIONS, entries)),
}

const IDENTIFIER: Fields<{ name: string }> = {
  2: part((reader, log) => {
    log.name = reader.string()
  }),
}
const FIRST_MESSAGE: Fields<{ name: string }> = {
  1: part((reader, log) => void reader.nested(IDENTIFIER, log)),
}

const TCP_UPSTREAM_CONNECTED = 1
/** https://tc39.es/ecma262/#sec-time-values-and-time-range */
const LATEST_DATE = 8.64e15

function toConnection(draft: Draft): LogEntry {
  return toEntry(draft.type === TCP_UPSTREAM_CONNECTED ? 'connected' : 'ended', draft, draft.hasFlags)
}

function toCall(draft: Draft): LogEntry {
  const { hasFlags, httpStatus, grpcStatus } = draft
  const isFailed =
    grpcStatus === undefined ? hasFlags || httpStatus < 200 || httpStatus >= 400 : Number(grpcStatus) !== 0
  return toEntry('call', draft, isFailed)
}

function toEntry(kind: LogEntry['kind'], draft: Draft, isFailed: boolean): LogEntry {
  const { caller, upstream, address, startedAt, durationMs, tags } = draft
  const at = startedAt + durationMs
  // Nodes choose it, and whoever shows it would throw far from here.
  if (at > LATEST_DATE) throw new RangeError(`the end of a call, ${at} ms since 1970, is not a date`)
  return { kind, connection: caller, upstream, address, isFailed, at, tags }
}
