// Encodes responses. The resources are encoded once and shared by all streams; only version and nonce are encoded for each stream.

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { ResourceSchema } from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { memoize, type SharedList, shareList } from '../../core/memo.ts'
import type { Resource } from '../snapshot/resource.ts'
import type { NamedError } from '../type-state/resource-errors.ts'
import type { Aliases, Response } from '../type-state/responses.ts'
import { FieldWriter } from './field-writer.ts'

// Field numbers of envoy/service/discovery/v3/discovery.proto. Protobuf allows fields in any order, so encoded parts can be joined.
const SOTW = { version: 1, resources: 2, typeUrl: 4, nonce: 5, errors: 7 }
const DELTA = { version: 1, resources: 2, typeUrl: 4, nonce: 5, removed: 6, errors: 9 }
const RESOURCE = { version: 1, any: 2, name: 3, aliases: 4, ttl: 6 }
const ANY = { typeUrl: 1, value: 2 }
const RESOURCE_ERROR = { resourceName: 1, errorDetail: 2 }
const RESOURCE_NAME = { name: 1 }
const STATUS = { code: 1, message: 2 }
const DURATION = { seconds: 1, nanos: 2 }

/** Encodes what each response has of its own. */
const own = new FieldWriter()

// The parts of a resource, from the inside out. The inner two are read before the next resource is encoded.
const any = new FieldWriter()
const wrapper = new FieldWriter()
const section = new FieldWriter()

/** The only copy of a resource that is kept. */
function sectionEntry(field: number, message: Uint8Array): Uint8Array {
  section.begin()
  section.bytes(field, message)
  return section.finish(empty)
}

/** Encodes a `DiscoveryResponse`. */
export function encodeSotwResponse(response: Response): Buffer {
  const { version, resources, typeUrl, nonce, errors, ttls } = response
  own.begin()
  own.string(SOTW.version, version)
  own.string(SOTW.typeUrl, typeUrl)
  own.string(SOTW.nonce, nonce)
  if (errors) writeErrors(SOTW.errors, errors)
  return own.finish((ttls ? sotwTtlSection : sotwSection)(resources))
}

/** Encodes a `DeltaDiscoveryResponse`. */
export function encodeDeltaResponse(response: Response): Buffer {
  const { version, removed, typeUrl, nonce, errors, isWithoutContent, spellings, aliases } = response
  const resources = aliases === undefined ? response.resources : withAliases(response.resources, aliases)
  const written = (name: string) => spellings?.get(name) ?? name
  own.begin()
  own.string(DELTA.version, version)
  own.string(DELTA.typeUrl, typeUrl)
  own.string(DELTA.nonce, nonce)
  for (const name of removed) {
    if (isWithoutContent) own.bytes(DELTA.resources, withoutContent(written(name)))
    else own.string(DELTA.removed, written(name))
  }
  if (errors) writeErrors(DELTA.errors, renamed(errors, written))
  const named = spellings === undefined ? resources : shareList(renamed(resources, written))
  return own.finish(deltaSectionFor(response)(named))
}

/** A resource as some clients are sent it. */
interface SentResource extends Resource {
  readonly aliases?: readonly string[]
}

/** Copies of those that have aliases. The bytes of the others stay shared. */
function withAliases(resources: readonly Resource[], aliases: Aliases): SharedList<SentResource> {
  return shareList(
    resources.map((resource) => {
      const own = aliases.get(resource.name)
      return own === undefined ? resource : { ...resource, aliases: own }
    }),
  )
}

/** Copies with the names as they are written. Their bytes are not shared with other streams. */
function renamed<T extends { readonly name: string }>(
  list: readonly T[],
  written: (name: string) => string,
): readonly T[] {
  return list.map((one) => ({ ...one, name: written(one.name) }))
}

function deltaSectionFor({ ttls }: Response) {
  if (ttls === undefined) return deltaSection
  return ttls === 'carried' ? deltaTtlSection : deltaHeartbeatSection
}

type SectionEncoder = (resources: SharedList<Resource>) => Uint8Array

/** Encodes the `resources` field of responses: each resource once, and each shared list once. */
function sectionEncoder(encode: (resource: Resource) => Uint8Array): SectionEncoder {
  const encodeOne = memoize(encode)
  const encodeList = memoize((resources: SharedList<Resource>) => Buffer.concat(resources.map(encodeOne)))
  return (resources: SharedList<Resource>): Uint8Array => {
    const [only] = resources
    if (only === undefined) return empty
    return resources.length === 1 ? encodeOne(only) : encodeList(resources)
  }
}

const empty = new Uint8Array()

const sotwSection = sectionEncoder((resource) => sectionEntry(SOTW.resources, encodeAny(resource)))

const deltaSection = sectionEncoder((resource) => deltaEntry(encodeWrapper(resource, { any: true })))

/** A list in which nothing has a TTL is encoded as for clients that take none, so they share its bytes. */
function ttlSectionEncoder(
  plain: SectionEncoder,
  encode: (resource: Resource) => Uint8Array,
): SectionEncoder {
  const withTtls = sectionEncoder((resource) =>
    resource.ttlMs === undefined ? plain(listOf(resource)) : encode(resource),
  )
  const encoderFor = memoize((resources: SharedList<Resource>) =>
    resources.some(({ ttlMs }) => ttlMs !== undefined) ? withTtls : plain,
  )
  return (resources) => encoderFor(resources)(resources)
}

const listOf = memoize((resource: Resource) => shareList([resource]))

/** A resource in SotW has no TTL of its own, so a message of delta carries both. */
const sotwTtlSection = ttlSectionEncoder(sotwSection, (resource) => {
  const value = encodeWrapper(resource, { any: true, ttl: true })
  return sectionEntry(SOTW.resources, encodeAny({ typeUrl: WRAPPER, value }))
})

const WRAPPER = `type.googleapis.com/${ResourceSchema.typeName}`

const deltaTtlSection = ttlSectionEncoder(deltaSection, (resource) =>
  deltaEntry(encodeWrapper(resource, { any: true, ttl: true })),
)

const deltaHeartbeatSection = sectionEncoder((resource) => deltaEntry(encodeWrapper(resource, { ttl: true })))

function deltaEntry(message: Uint8Array): Uint8Array {
  return sectionEntry(DELTA.resources, message)
}

/** Encodes an `envoy.service.discovery.v3.Resource`. */
function encodeWrapper(
  resource: SentResource,
  parts: { readonly any?: boolean; readonly ttl?: boolean },
): Uint8Array {
  wrapper.begin()
  wrapper.string(RESOURCE.version, resource.version)
  if (parts.any) wrapper.bytes(RESOURCE.any, encodeAny(resource))
  wrapper.string(RESOURCE.name, resource.name)
  for (const alias of resource.aliases ?? []) wrapper.string(RESOURCE.aliases, alias)
  if (parts.ttl && resource.ttlMs !== undefined) wrapper.bytes(RESOURCE.ttl, encodeDuration(resource.ttlMs))
  return wrapper.take()
}

function encodeDuration(milliseconds: number): Uint8Array {
  const seconds = Math.floor(milliseconds / 1000)
  const duration = new BinaryWriter().tag(DURATION.seconds, WireType.Varint).int64(seconds)
  duration.tag(DURATION.nanos, WireType.Varint).int32((milliseconds - seconds * 1000) * 1_000_000)
  return duration.finish()
}

/** Envoy takes a resource without content only if it has an alias, and NACKs it otherwise. */
function withoutContent(name: string): Uint8Array {
  const entry = new BinaryWriter()
  writeString(entry, RESOURCE.name, name)
  writeString(entry, RESOURCE.aliases, name)
  return entry.finish()
}

function encodeAny({ typeUrl, value }: Pick<Resource, 'typeUrl' | 'value'>): Uint8Array {
  any.begin()
  any.string(ANY.typeUrl, typeUrl)
  any.bytes(ANY.value, value)
  return any.take()
}

function writeErrors(field: number, errors: readonly NamedError[]): void {
  for (const { name, code, message } of errors) {
    const resourceName = new BinaryWriter()
    writeString(resourceName, RESOURCE_NAME.name, name)
    const status = new BinaryWriter().tag(STATUS.code, WireType.Varint).int32(code)
    writeString(status, STATUS.message, message)
    const error = new BinaryWriter()
    error.tag(RESOURCE_ERROR.resourceName, WireType.LengthDelimited).bytes(resourceName.finish())
    error.tag(RESOURCE_ERROR.errorDetail, WireType.LengthDelimited).bytes(status.finish())
    own.bytes(field, error.finish())
  }
}

function writeString(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value)
}
