// Responses as bytes. The resources of a response are encoded once and shared by every stream; only version and nonce are each stream's own.

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { Resource } from '../snapshot/resource.ts'
import type { Response } from '../type-state/type-state.ts'

// Field numbers of envoy/service/discovery/v3/discovery.proto. Protobuf takes fields in any order, so parts can be joined.
const SOTW = { version: 1, resources: 2, typeUrl: 4, nonce: 5 }
const DELTA = { version: 1, resources: 2, typeUrl: 4, nonce: 5, removed: 6 }
const RESOURCE = { version: 1, any: 2, name: 3 }
const ANY = { typeUrl: 1, value: 2 }

/** A `DiscoveryResponse`. */
export function encodeSotwResponse({ version, resources, typeUrl, nonce }: Response): Buffer {
  const own = new BinaryWriter()
  writeString(own, SOTW.version, version)
  writeString(own, SOTW.typeUrl, typeUrl)
  writeString(own, SOTW.nonce, nonce)
  return Buffer.concat([own.finish(), sotwSections.of(resources)])
}

/** A `DeltaDiscoveryResponse`. */
export function encodeDeltaResponse({ version, resources, removed, typeUrl, nonce }: Response): Buffer {
  const own = new BinaryWriter()
  writeString(own, DELTA.version, version)
  writeString(own, DELTA.typeUrl, typeUrl)
  writeString(own, DELTA.nonce, nonce)
  for (const name of removed) writeString(own, DELTA.removed, name)
  return Buffer.concat([own.finish(), deltaSections.of(resources)])
}

/** The encoded `resources` of responses: made once a resource, and joined once a list. */
class Sections {
  readonly #encode: (resource: Resource) => Uint8Array
  readonly #ofResource = new WeakMap<Resource, Uint8Array>()
  readonly #ofList = new WeakMap<readonly Resource[], Uint8Array>()

  constructor(encode: (resource: Resource) => Uint8Array) {
    this.#encode = encode
  }

  of(resources: readonly Resource[]): Uint8Array {
    const [only] = resources
    if (only === undefined) return empty
    if (resources.length === 1) return this.#entry(only)
    let section = this.#ofList.get(resources)
    if (section === undefined) {
      section = Buffer.concat(resources.map((resource) => this.#entry(resource)))
      this.#ofList.set(resources, section)
    }
    return section
  }

  #entry(resource: Resource): Uint8Array {
    let entry = this.#ofResource.get(resource)
    if (entry === undefined) {
      entry = this.#encode(resource)
      this.#ofResource.set(resource, entry)
    }
    return entry
  }
}

const empty = new Uint8Array()

const sotwSections = new Sections((resource) =>
  new BinaryWriter().tag(SOTW.resources, WireType.LengthDelimited).bytes(encodeAny(resource)).finish(),
)

const deltaSections = new Sections((resource) => {
  const entry = new BinaryWriter()
  writeString(entry, RESOURCE.version, resource.version)
  entry.tag(RESOURCE.any, WireType.LengthDelimited).bytes(encodeAny(resource))
  writeString(entry, RESOURCE.name, resource.name)
  return new BinaryWriter().tag(DELTA.resources, WireType.LengthDelimited).bytes(entry.finish()).finish()
})

function encodeAny({ typeUrl, value }: Resource): Uint8Array {
  const any = new BinaryWriter()
  writeString(any, ANY.typeUrl, typeUrl)
  any.tag(ANY.value, WireType.LengthDelimited).bytes(value)
  return any.finish()
}

function writeString(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value)
}
