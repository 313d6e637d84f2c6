// Requests from bytes. Lists of names are decoded once: a client repeats its whole list with every SotW answer.

import { hash } from 'node:crypto'
import { fromBinary } from '@bufbuild/protobuf'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { type Node, NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { DeltaDiscoveryRequestSchema } from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { StatusSchema } from '@envoy/xds-protos/google/rpc/status_pb.js'
import type { DeltaRequest, NackDetail, SotwRequest } from './requests.ts'

export interface Decoded<Request> {
  readonly request: Request
  /** Clients may leave it out after their first request. */
  readonly node: Node | undefined
}

const SOTW = { versionInfo: 1, node: 2, resourceNames: 3, typeUrl: 4, responseNonce: 5, errorDetail: 6 }

/** A `DiscoveryRequest`. @throws Error where the bytes are not one. */
export function decodeSotwRequest(bytes: Uint8Array): Decoded<SotwRequest> {
  const reader = new BinaryReader(bytes)
  const strings = new Map<number, string>()
  let node: Node | undefined
  let errorDetail: NackDetail | undefined
  // Names stand side by side, so that they can be compared with a list that is known, without being decoded.
  const names = { start: 0, end: 0, count: 0, isContiguous: true }
  while (reader.pos < reader.len) {
    const start = reader.pos
    const [field, wireType] = reader.tag()
    if (wireType !== WireType.LengthDelimited) {
      reader.skip(wireType, field)
    } else if (field === SOTW.resourceNames) {
      const length = reader.uint32()
      reader.pos += length
      if (reader.pos > reader.len) throw new RangeError('premature end of the request')
      if (names.count === 0) names.start = start
      else if (names.end !== start) names.isContiguous = false
      names.end = reader.pos
      names.count += 1
    } else if (field === SOTW.node) {
      node = fromBinary(NodeSchema, reader.bytes())
    } else if (field === SOTW.errorDetail) {
      errorDetail = nackDetail(fromBinary(StatusSchema, reader.bytes()))
    } else if (field in FIELD_NAMES) {
      strings.set(field, reader.string())
    } else {
      reader.skip(wireType, field)
    }
  }
  const resourceNames = names.isContiguous
    ? internNames(bytes.subarray(names.start, names.end))
    : readNames(bytes)
  return {
    node,
    request: {
      typeUrl: strings.get(SOTW.typeUrl) ?? '',
      versionInfo: strings.get(SOTW.versionInfo) ?? '',
      responseNonce: strings.get(SOTW.responseNonce) ?? '',
      resourceNames,
      ...(errorDetail && { errorDetail }),
    },
  }
}

const FIELD_NAMES = { [SOTW.versionInfo]: true, [SOTW.typeUrl]: true, [SOTW.responseNonce]: true }

/** A `DeltaDiscoveryRequest`. @throws Error where the bytes are not one. */
export function decodeDeltaRequest(bytes: Uint8Array): Decoded<DeltaRequest> {
  const message = fromBinary(DeltaDiscoveryRequestSchema, bytes)
  const errorDetail = message.errorDetail && nackDetail(message.errorDetail)
  return {
    node: message.node,
    request: {
      typeUrl: message.typeUrl,
      subscribe: message.resourceNamesSubscribe,
      unsubscribe: message.resourceNamesUnsubscribe,
      initialResourceVersions: new Map(Object.entries(message.initialResourceVersions)),
      responseNonce: message.responseNonce,
      ...(errorDetail && { errorDetail }),
    },
  }
}

function nackDetail({ code, message }: NackDetail): NackDetail {
  return { code, message }
}

/** The lists of names that some client has sent, by a digest of their bytes, for as long as a stream holds them. */
const internedNames = new Map<string, WeakRef<readonly string[]>>()
const forgetNames = new FinalizationRegistry<string>((digest) => {
  if (internedNames.get(digest)?.deref() === undefined) internedNames.delete(digest)
})

function internNames(region: Uint8Array): readonly string[] {
  if (region.length === 0) return noNames
  const digest = hash('sha256', region, 'base64')
  const known = internedNames.get(digest)?.deref()
  if (known !== undefined) return known
  const names = readNames(region)
  internedNames.set(digest, new WeakRef(names))
  forgetNames.register(names, digest)
  return names
}

const noNames: readonly string[] = []

function readNames(bytes: Uint8Array): readonly string[] {
  const reader = new BinaryReader(bytes)
  const names: string[] = []
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (field === SOTW.resourceNames && wireType === WireType.LengthDelimited) names.push(reader.string())
    else reader.skip(wireType, field)
  }
  return names
}
