// Encodes responses. The resources are encoded once and shared by all streams; only version and nonce are encoded for each stream.

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { memoize, type SharedList } from '../../core/memo.ts'
import type { Resource } from '../snapshot/resource.ts'
import type { Response } from '../type-state/responses.ts'
import { FieldWriter } from './field-writer.ts'

// Field numbers of envoy/service/discovery/v3/discovery.proto. Protobuf allows fields in any order, so encoded parts can be joined.
const SOTW = { version: 1, resources: 2, typeUrl: 4, nonce: 5 }
const DELTA = { version: 1, resources: 2, typeUrl: 4, nonce: 5, removed: 6 }
const RESOURCE = { version: 1, any: 2, name: 3, aliases: 4 }
const ANY = { typeUrl: 1, value: 2 }

/** Encodes what each response has of its own. */
const own = new FieldWriter()

/** Encodes a `DiscoveryResponse`. */
export function encodeSotwResponse({ version, resources, typeUrl, nonce }: Response): Buffer {
  own.string(SOTW.version, version)
  own.string(SOTW.typeUrl, typeUrl)
  own.string(SOTW.nonce, nonce)
  return own.finish(sotwSection(resources))
}

/** Encodes a `DeltaDiscoveryResponse`. */
export function encodeDeltaResponse(response: Response): Buffer {
  const { version, resources, removed, typeUrl, nonce, isWithoutContent, spellings } = response
  const written = (name: string) => spellings?.get(name) ?? name
  own.string(DELTA.version, version)
  own.string(DELTA.typeUrl, typeUrl)
  own.string(DELTA.nonce, nonce)
  for (const name of removed) {
    if (isWithoutContent) own.bytes(DELTA.resources, withoutContent(name))
    else own.string(DELTA.removed, written(name))
  }
  if (spellings === undefined) return own.finish(deltaSection(resources))
  return own.finish(Buffer.concat(resources.map((one) => deltaResource(one, written(one.name)))))
}

/** Encodes the `resources` field of responses: each resource once, and each shared list once. */
function sectionEncoder(encode: (resource: Resource) => Uint8Array) {
  const encodeOne = memoize(encode)
  const encodeList = memoize((resources: SharedList<Resource>) => Buffer.concat(resources.map(encodeOne)))
  return (resources: SharedList<Resource>): Uint8Array => {
    const [only] = resources
    if (only === undefined) return empty
    return resources.length === 1 ? encodeOne(only) : encodeList(resources)
  }
}

const empty = new Uint8Array()

const sotwSection = sectionEncoder((resource) =>
  new BinaryWriter().tag(SOTW.resources, WireType.LengthDelimited).bytes(encodeAny(resource)).finish(),
)

const deltaSection = sectionEncoder((resource) => deltaResource(resource, resource.name))

function deltaResource(resource: Resource, name: string): Uint8Array {
  const entry = new BinaryWriter()
  writeString(entry, RESOURCE.version, resource.version)
  entry.tag(RESOURCE.any, WireType.LengthDelimited).bytes(encodeAny(resource))
  writeString(entry, RESOURCE.name, name)
  return new BinaryWriter().tag(DELTA.resources, WireType.LengthDelimited).bytes(entry.finish()).finish()
}

/** Envoy takes a resource without content only if it has an alias, and NACKs it otherwise. */
function withoutContent(name: string): Uint8Array {
  const entry = new BinaryWriter()
  writeString(entry, RESOURCE.name, name)
  writeString(entry, RESOURCE.aliases, name)
  return entry.finish()
}

function encodeAny({ typeUrl, value }: Resource): Uint8Array {
  const any = new BinaryWriter()
  writeString(any, ANY.typeUrl, typeUrl)
  any.tag(ANY.value, WireType.LengthDelimited).bytes(value)
  return any.finish()
}

function writeString(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value)
}
