// A resource as the server holds it: named, encoded once, and versioned by its content.

import { type DescMessage, fromBinary, type Message } from '@bufbuild/protobuf'
import type { Any } from '@bufbuild/protobuf/wkt'
import { type Problem, SwitchyardError } from '../../core/errors.ts'
import { encodeCanonically } from './canonical.ts'
import { messageSchemaOf } from './known-messages.ts'
import { type Reference, referencesOf } from './references.ts'
import { isTypeUrl } from './resource-type.ts'
import { contentVersion } from './version.ts'

export interface Resource {
  readonly typeUrl: string
  readonly name: string
  /** Hash of the content. */
  readonly version: string
  /** The encoded message. */
  readonly value: Uint8Array
  readonly references: readonly Reference[]
}

/**
 * What a caller may hand in: a message (`create(ClusterSchema, …)`), an `Any` of any type URL, or either of them under
 * a name, which is needed where the type is unknown here or the name is not the message's own (VHDS). What `createResources`
 * has made is taken as it is: who keeps it for what did not change spares encoding it again.
 */
export type ResourceInput = Message | Any | NamedResource | Resource

export interface NamedResource {
  readonly name: string
  readonly resource: Message | Any
}

/** @throws SwitchyardError `invalid-argument` that lists every input without a name, of unknown type, or not decodable. */
export function createResources(inputs: Iterable<ResourceInput>): Resource[] {
  const problems: Problem[] = []
  const resources: Resource[] = []
  let index = 0
  for (const input of inputs) {
    const made = tryCreateResource(input)
    if (typeof made === 'string') problems.push({ path: `resources[${index}]`, message: made })
    else resources.push(made)
    index += 1
  }
  if (problems.length > 0) {
    throw new SwitchyardError('invalid-argument', 'resources were refused, and nothing was changed', {
      problems,
    })
  }
  return resources
}

/** A resource of encoded content; the message behind it, where it is known, tells what it refers to. */
export function encodedResource(
  typeUrl: string,
  name: string,
  value: Uint8Array,
  message?: Message,
): Resource {
  const references = message === undefined ? [] : referencesOf(message)
  return { typeUrl, name, version: contentVersion(value), value, references }
}

function tryCreateResource(input: ResourceInput): Resource | string {
  if (isMade(input)) return input
  const wrapped = isNamed(input)
  const content = wrapped ? input.resource : input
  const typeName = content.$typeName
  const typeUrl = isAny(content) ? content.typeUrl : `type.googleapis.com/${typeName}`
  if (!isTypeUrl(typeUrl))
    return `the type URL "${typeUrl}" is not of the form type.googleapis.com/package.Message`
  const schema = messageSchemaOf(typeUrl)
  if (schema === undefined && !isAny(content)) {
    return `${typeName} is not a type that can be encoded here: pack it with anyPack() first`
  }
  try {
    const { message, value } = encode(content, schema)
    const name = wrapped ? input.name : message && ownName(message)
    if (name === undefined) return `no name is known for ${typeUrl}: hand in { name, resource } in its place`
    if (name === '') return `this ${typeUrl} has an empty name: every resource needs one`
    return encodedResource(typeUrl, name, value, message)
  } catch (error) {
    return `this ${typeUrl} cannot be encoded: ${error instanceof Error ? error.message : error}`
  }
}

function encode(content: Message | Any, schema: DescMessage | undefined) {
  if (schema === undefined) return { message: undefined, value: (content as Any).value }
  const message = isAny(content) ? fromBinary(schema, content.value) : content
  return { message, value: encodeCanonically(schema, message) }
}

/** Every xDS resource names itself in `name`, but for an assignment, which carries its cluster's. */
function ownName(message: Message): string | undefined {
  const { name, clusterName } = message as Message & {
    readonly name?: unknown
    readonly clusterName?: unknown
  }
  const own = clusterName ?? name
  return typeof own === 'string' ? own : undefined
}

function isAny(value: Message | Any): value is Any {
  return value.$typeName === 'google.protobuf.Any'
}

function isMade(input: ResourceInput): input is Resource {
  return !('$typeName' in input) && 'references' in input
}

function isNamed(input: ResourceInput): input is NamedResource {
  return !('$typeName' in input) && 'resource' in input
}

/** How messages name a resource: `Cluster "echo"`. */
export function describeResource({
  typeUrl,
  name,
}: {
  readonly typeUrl: string
  readonly name: string
}): string {
  return `${typeUrl.slice(typeUrl.lastIndexOf('.') + 1)} "${name}"`
}
