// Decodes requests. A list of names is decoded once: clients of one group ask for the same names, and a SotW client repeats them
// with every ACK. Nearly all requests are read in place (`scan-request.ts`), and the unusual ones by protobuf-es.

import { fromBinary } from '@bufbuild/protobuf'
import { type Node, NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { EMPTY_LIST, shareList } from '../../core/memo.ts'
import { canonicalName } from '../snapshot/xdstp-name.ts'
import { noteSpelling } from '../type-state/spellings.ts'
import type { DeltaRequest, NackDetail, SotwRequest } from './requests.ts'
import {
  canonicalList,
  NO_LISTS,
  type RequestLayout,
  type SentLists,
  scanRequest,
  withoutField,
} from './scan-request.ts'

export interface Decoded<Request> {
  readonly request: Request
  /** Undefined if the request carries none. Clients may omit it after their first request. */
  readonly node: Node | undefined
}

// Field numbers of envoy/service/discovery/v3/discovery.proto.
const SOTW: RequestLayout = { version: 1, node: 2, names: 3, typeUrl: 4, nonce: 5 }
const DELTA: RequestLayout = { node: 1, typeUrl: 2, names: 3, unsubscribe: 4, initialVersions: 5, nonce: 6 }

/** Of `Node`. An Envoy lists some 60 kB of extensions. Nobody keeps them, and they take longer to decode than all the rest. */
const NODE_EXTENSIONS = 9

const MAX_NACK_TEXT = 16_384

/**
 * Decodes a `DiscoveryRequest`.
 * @param sent what this client sent before
 * @throws Error if the bytes are not a `DiscoveryRequest`
 */
export function decodeSotwRequest(bytes: Uint8Array, sent: SentLists = NO_LISTS): Decoded<SotwRequest> {
  const scanned = scanRequest(bufferOf(bytes), SOTW, sent)
  if (scanned !== undefined) {
    const { typeUrl, version: versionInfo, nonce: responseNonce, names: resourceNames } = scanned
    return { node: nodeIn(scanned.node), request: { typeUrl, versionInfo, responseNonce, resourceNames } }
  }
  const message = fromBinary(DiscoveryRequestSchema, bytes)
  const errorDetail = message.errorDetail && nackDetail(message.errorDetail)
  return {
    node: message.node,
    request: {
      typeUrl: message.typeUrl,
      versionInfo: message.versionInfo,
      responseNonce: message.responseNonce,
      resourceNames: shareList(message.resourceNames.map(canonicalName)),
      ...(errorDetail && { errorDetail }),
    },
  }
}

/** Decodes a `DeltaDiscoveryRequest`. @throws Error if the bytes are not one. */
export function decodeDeltaRequest(bytes: Uint8Array): Decoded<DeltaRequest> {
  const scanned = scanRequest(bufferOf(bytes), DELTA, NO_LISTS)
  if (scanned !== undefined) {
    const { typeUrl, nonce: responseNonce, names: subscribe, initialVersions } = scanned
    const unsubscribe = scanned.unsubscribe.length === 0 ? EMPTY_LIST : shareList(scanned.unsubscribe)
    const request = {
      typeUrl,
      subscribe,
      unsubscribe,
      initialResourceVersions: initialVersions,
      responseNonce,
    }
    return { node: nodeIn(scanned.node), request }
  }
  const message = fromBinary(DeltaDiscoveryRequestSchema, bytes)
  const errorDetail = message.errorDetail && nackDetail(message.errorDetail)
  return {
    node: message.node,
    request: {
      typeUrl: message.typeUrl,
      subscribe: canonicalList(message.resourceNamesSubscribe),
      unsubscribe: shareList(message.resourceNamesUnsubscribe.map(canonicalName)),
      initialResourceVersions: canonicalKeys(message.initialResourceVersions),
      responseNonce: message.responseNonce,
      ...(errorDetail && { errorDetail }),
    },
  }
}

function canonicalKeys(versions: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const byName = new Map<string, string>()
  for (const [written, version] of Object.entries(versions)) {
    const name = canonicalName(written)
    byName.set(name, version)
    if (name !== written) noteSpelling(byName, name, written)
  }
  return byName
}

/** The status, events and the log keep the text, and a client could make it as long as a request may be. */
function nackDetail({ code, message }: NackDetail): NackDetail {
  return { code, message: message.slice(0, MAX_NACK_TEXT) }
}

function nodeIn(bytes: Buffer | undefined): Node | undefined {
  return bytes && fromBinary(NodeSchema, withoutField(bytes, NODE_EXTENSIONS))
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
