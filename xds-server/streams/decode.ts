// Decodes requests. A list of names is decoded once: clients of one group ask for the same names, and a SotW client repeats them
// with every ACK.

import { fromBinary } from '@bufbuild/protobuf'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { EMPTY_LIST, InternTable, type SharedList, shareList } from '../../core/memo.ts'
import { canonicalName } from '../snapshot/xdstp-name.ts'
import type { DeltaRequest, NackDetail, SotwRequest } from './requests.ts'

export interface Decoded<Request> {
  readonly request: Request
  /** Undefined if the request carries none. Clients may omit it after their first request. */
  readonly node: Node | undefined
}

/** `resource_names` and `resource_names_subscribe`. Every known client writes the names of a request one after another. */
const NAMES_FIELD = 3

const MAX_NACK_TEXT = 16_384

/**
 * Decodes a `DiscoveryRequest`.
 * @param knownLists the lists that this client sent before; a repeated one is recognized by its bytes
 * @throws Error if the bytes are not a `DiscoveryRequest`
 */
export function decodeSotwRequest(
  bytes: Uint8Array,
  knownLists: Iterable<SharedList<string>> = [],
): Decoded<SotwRequest> {
  const { names, rest } = takeNames(bytes, knownLists)
  const message = fromBinary(DiscoveryRequestSchema, rest)
  const errorDetail = message.errorDetail && nackDetail(message.errorDetail)
  return {
    node: message.node,
    request: {
      typeUrl: message.typeUrl,
      versionInfo: message.versionInfo,
      responseNonce: message.responseNonce,
      resourceNames: names ?? shareList(message.resourceNames.map(canonicalName)),
      ...(errorDetail && { errorDetail }),
    },
  }
}

/** Decodes a `DeltaDiscoveryRequest`. @throws Error if the bytes are not one. */
export function decodeDeltaRequest(bytes: Uint8Array): Decoded<DeltaRequest> {
  const { names, rest } = takeNames(bytes)
  const message = fromBinary(DeltaDiscoveryRequestSchema, rest)
  const errorDetail = message.errorDetail && nackDetail(message.errorDetail)
  return {
    node: message.node,
    request: {
      typeUrl: message.typeUrl,
      subscribe: names ?? shareList(message.resourceNamesSubscribe.map(canonicalName)),
      unsubscribe: shareList(message.resourceNamesUnsubscribe.map(canonicalName)),
      initialResourceVersions: new Map(
        Object.entries(message.initialResourceVersions).map(([name, version]) => [
          canonicalName(name),
          version,
        ]),
      ),
      responseNonce: message.responseNonce,
      ...(errorDetail && { errorDetail }),
    },
  }
}

/** The status, events and the log keep the text, and a client could make it as long as a request may be. */
function nackDetail({ code, message }: NackDetail): NackDetail {
  return { code, message: message.slice(0, MAX_NACK_TEXT) }
}

interface Taken {
  /** Undefined if other fields stand between the names. Then the names are left in `rest`. */
  readonly names: SharedList<string> | undefined
  readonly rest: Uint8Array
}

function takeNames(bytes: Uint8Array, knownLists: Iterable<SharedList<string>> = []): Taken {
  const reader = new BinaryReader(bytes)
  let start = 0
  let end = 0
  let repeated: SharedList<string> | undefined
  while (reader.pos < reader.len) {
    const at = reader.pos
    const [field, wireType] = reader.tag()
    const isName = field === NAMES_FIELD && wireType === WireType.LengthDelimited
    if (isName && end !== 0 && end !== at) return { names: undefined, rest: bytes }
    repeated = isName ? (end === 0 ? findRepeated(bytes, at, knownLists) : undefined) : repeated
    if (isName && end === 0) start = at
    if (isName && repeated !== undefined) reader.pos = at + lengthOf(repeated)
    else reader.skip(wireType, field)
    if (isName) end = reader.pos
  }
  if (reader.pos > reader.len) throw new RangeError('premature end of the request')
  if (end === 0) return { names: EMPTY_LIST, rest: bytes }
  const names = repeated ?? namesTable.intern(bytes.subarray(start, end))
  return { names, rest: Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]) }
}

/** The lists of names that clients have sent, by their bytes. A list stays for as long as a stream holds it. */
const namesTable = new InternTable(readNames)

function lengthOf(names: SharedList<string>): number {
  return namesTable.bytesOf(names)?.length ?? 0
}

function findRepeated(
  bytes: Uint8Array,
  at: number,
  knownLists: Iterable<SharedList<string>>,
): SharedList<string> | undefined {
  for (const names of knownLists) {
    const known = namesTable.bytesOf(names)
    if (known?.equals(bytes.subarray(at, at + known.length))) return names
  }
  return undefined
}

function readNames(region: Uint8Array): SharedList<string> {
  const reader = new BinaryReader(region)
  const names: string[] = []
  while (reader.pos < reader.len) {
    reader.tag()
    names.push(canonicalName(reader.string()))
  }
  return shareList(names)
}
