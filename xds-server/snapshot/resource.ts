// A resource as the cache holds it: named, encoded once, and versioned by its content.

import { type DescMessage, fromBinary, type Message } from '@bufbuild/protobuf'
import type { Any } from '@bufbuild/protobuf/wkt'
import { type Problem, SwitchyardError } from '../../core/errors.ts'
import { describe, isObject, LIST, rejectProblems } from '../../core/option-checks.ts'
import { encodeCanonically } from './canonical.ts'
import { collectReferences } from './collect-references.ts'
import { CORE_MESSAGES, type MessageRegistry } from './message-registry.ts'
import type { ResourceReference } from './references.ts'
import { canonicalTypeUrl, describeType, isTypeUrl } from './resource-type.ts'
import { contentVersion } from './version.ts'
import { canonicalName } from './xdstp-name.ts'

/**
 * A resource as the cache holds it: encoded once. `createResources` makes one.
 *
 * @example
 * ```ts
 * import { createResources, type Resource } from 'switchyard'
 *
 * const [encoded]: Resource[] = createResources([cluster])
 * console.log(encoded?.name, encoded?.version, encoded?.value.length)
 * ```
 */
export interface Resource {
  readonly typeUrl: string
  readonly name: string
  /** The name as it was given, if that is another spelling of the same `xdstp:` name. */
  readonly writtenName?: string
  /** A hash of the content, and of the TTL if it has one. */
  readonly version: string
  /** Clients that take TTLs drop it this long after the server has fallen silent, in milliseconds. Undefined: never. */
  readonly ttlMs?: number
  /** The encoded message. */
  readonly value: Uint8Array
  readonly references: readonly ResourceReference[]
}

/**
 * A resource as a caller gives it: a message (`create(ClusterSchema, …)`), an `Any` whose type URL has any host, or one of these with a name.
 * The name is needed if the type is unknown to Switchyard, or if the message does not carry its resource name. A `Resource`
 * of `createResources` is taken as it is, so callers that keep it do not encode an unchanged message again.
 *
 * @example
 * ```ts
 * import { anyPack } from '@bufbuild/protobuf/wkt'
 * import type { ResourceInput } from 'switchyard'
 * import { ClusterSchema } from 'switchyard/protos/envoy/config/cluster/v3/cluster_pb.js'
 *
 * const inputs: ResourceInput[] = [endpoints, anyPack(ClusterSchema, cluster)]
 * cache.setSnapshot('edge', inputs)
 * ```
 */
export type ResourceInput = Message | Any | NamedResource | ExpiringResource | Resource

/**
 * A resource with the name that clients ask for, if the message does not carry it.
 *
 * @example
 * ```ts
 * import { create } from '@bufbuild/protobuf'
 * import { anyPack, StringValueSchema } from '@bufbuild/protobuf/wkt'
 * import type { NamedResource } from 'switchyard'
 *
 * const greeting = create(StringValueSchema, { value: 'hello' })
 * const named: NamedResource = { name: 'greeting', resource: anyPack(StringValueSchema, greeting) }
 * ```
 */
export interface NamedResource {
  readonly name: string
  readonly resource: Message | Any
}

/**
 * A resource that clients drop when they have not heard from the server for a time. The server sends heartbeats to clients that say
 * `xds.config.supports-resource-ttl`; to others it sends the resource without a TTL.
 * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#ttl
 *
 * @example
 * ```ts
 * import { create } from '@bufbuild/protobuf'
 * import type { ExpiringResource } from 'switchyard'
 * import { RuntimeSchema } from 'switchyard/protos/envoy/service/runtime/v3/rtds_pb.js'
 *
 * // If the control plane dies, Envoy stops to inject faults after a minute.
 * const layer = create(RuntimeSchema, { name: 'faults', layer: { 'fault.http.abort.abort_percent': 5 } })
 * const faults: ExpiringResource = { resource: layer, ttlMs: 60_000 }
 * cache.updateSnapshot('edge', { upsert: [faults] })
 * ```
 */
export interface ExpiringResource {
  /** Needed where a `NamedResource` needs it. */
  readonly name?: string
  readonly resource: Message | Any | Resource
  /** Whole milliseconds, 100 or more. */
  readonly ttlMs: number
}

/**
 * The options of `createResources`.
 *
 * @example
 * ```ts
 * import { createMessageRegistry, createResources, type ResourceOptions } from 'switchyard'
 *
 * const options: ResourceOptions = { messages: createMessageRegistry([], { unknown: 'reject' }) }
 * const resources = createResources([cluster], options)
 * ```
 */
export interface ResourceOptions {
  /** The messages that resources may pack. Default: the core messages (`createMessageRegistry`). */
  readonly messages?: MessageRegistry
}

/**
 * Encodes resources once, for several snapshots.
 * @throws SwitchyardError `invalid-argument`, which lists every input without a name, of unknown type, or that cannot be decoded;
 * `internal` for a packed message whose type `messages` rejects
 *
 * @example
 * ```ts
 * import { createResources } from 'switchyard'
 *
 * const shared = createResources([cluster, endpoints])
 * for (const group of ['edge', 'canary']) cache.setSnapshot(group, shared)
 * ```
 */
export function createResources(
  inputs: Iterable<ResourceInput>,
  { messages = CORE_MESSAGES }: ResourceOptions = {},
): Resource[] {
  rejectProblems('the resources are invalid, so nothing was changed', LIST(inputs, 'resources'))
  const problems: Problem[] = []
  const resources: Resource[] = []
  let index = 0
  for (const input of inputs) {
    const made = tryCreateResource(input, messages)
    if (typeof made === 'string') problems.push({ path: `resources[${index}]`, message: made })
    else resources.push(made)
    index += 1
  }
  if (problems.length > 0) {
    throw new SwitchyardError('invalid-argument', 'some resources are invalid, so nothing was changed', {
      problems,
    })
  }
  return resources
}

/** A resource of encoded content. */
export function encodedResource(
  typeUrl: string,
  name: string,
  value: Uint8Array,
  references: readonly ResourceReference[] = [],
): Resource {
  const canonical = canonicalName(name)
  const written = canonical === name ? undefined : { writtenName: name }
  return { typeUrl, name: canonical, ...written, version: contentVersion(value), value, references }
}

/** The resource with other content of the same name, references and TTL. */
export function withContent(resource: Resource, value: Uint8Array): Resource {
  const { typeUrl, name, writtenName = name, references, ttlMs } = resource
  const changed = encodedResource(typeUrl, writtenName, value, references)
  return ttlMs === undefined ? changed : withTtl(changed, ttlMs)
}

/** Heartbeats come several times in a TTL, so a shorter one would keep network and timers busy. */
const MIN_TTL_MS = 100

/** The longest `google.protobuf.Duration`. */
const MAX_TTL_MS = 315_576_000_000_000

const NO_MESSAGE =
  'an object without a type is not a message: make one with create() or fromJson() of protobuf-es, or give { name, resource }'

function tryCreateResource(input: ResourceInput, messages: MessageRegistry): Resource | string {
  if (!isObject(input)) return `${describe(input)} is not a resource`
  if (isResource(input)) return input
  const unknown = unknownField(input)
  if (unknown !== undefined) return `unknown field "${unknown}" beside resource: use name and ttlMs`
  if (isExpiring(input)) return tryCreateExpiring(input, messages)
  const wrapped = isNamed(input)
  const content = wrapped ? input.resource : input
  if (!isObject(content)) return `${describe(content)} is not a resource`
  if (content.$typeName === undefined) return NO_MESSAGE
  const typeName = content.$typeName
  const typeUrl = isAny(content) ? canonicalTypeUrl(content.typeUrl) : `type.googleapis.com/${typeName}`
  if (!isTypeUrl(typeUrl))
    return `the type URL "${isAny(content) ? content.typeUrl : typeUrl}" is invalid: use the form type.googleapis.com/package.Message`
  const schema = messages.schemaOf(typeUrl)
  if (schema === undefined && !isAny(content)) {
    return `${typeName} is unknown to Switchyard and cannot be encoded: pack it with anyPack() first`
  }
  try {
    const { message, value, references } = encode(content, schema, messages)
    const name = (wrapped ? input.name : undefined) ?? (message && ownName(message))
    if (name === undefined) return `${typeUrl} has no known name field: give { name, resource } instead`
    if (typeof name !== 'string') return `the name is ${describe(name)}: give a text`
    if (name === '') return `this ${typeUrl} has an empty name: set its name`
    return encodedResource(typeUrl, name, value, references)
  } catch (error) {
    if (error instanceof SwitchyardError) throw error
    return `this ${typeUrl} cannot be encoded: ${error instanceof Error ? error.message : error}`
  }
}

function tryCreateExpiring(input: ExpiringResource, messages: MessageRegistry): Resource | string {
  const { name, resource, ttlMs } = input
  if (!isTtl(ttlMs)) return `ttlMs is ${ttlMs}: give whole milliseconds from ${MIN_TTL_MS} to ${MAX_TTL_MS}`
  const isNameless = name === undefined || !isObject(resource) || isResource(resource)
  const made = tryCreateResource(isNameless ? resource : { name, resource }, messages)
  return typeof made === 'string' ? made : withTtl(made, ttlMs)
}

/** The resource with a TTL. Another TTL is another version: clients are sent the resource anew. */
function withTtl(resource: Resource, ttlMs: number): Resource {
  const version = contentVersion(`${contentVersion(resource.value)} ${ttlMs}`)
  return { ...resource, version, ttlMs }
}

function encode(content: Message | Any, schema: DescMessage | undefined, messages: MessageRegistry) {
  if (schema === undefined) return { value: (content as Any).value }
  const message = isAny(content) ? fromBinary(schema, content.value) : content
  const { visit, collected } = collectReferences(message)
  const value = encodeCanonically(schema, message, messages, visit)
  const references = collected().map((reference) => {
    const name = canonicalName(reference.name)
    return name === reference.name ? reference : { ...reference, name, writtenName: reference.name }
  })
  return { message, value, references }
}

/** An xDS resource has its name in `name`. A ClusterLoadAssignment has it in `cluster_name`. */
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

function isResource(input: ResourceInput): input is Resource {
  return !('$typeName' in input) && 'references' in input
}

/** Of a wrapped message: a field that would have no effect, such as a misspelled TTL. */
function unknownField(input: Exclude<ResourceInput, Resource>): string | undefined {
  if ('$typeName' in input || !('resource' in input)) return undefined
  return Object.keys(input).find((field) => !['name', 'resource', 'ttlMs'].includes(field))
}

function isExpiring(input: ResourceInput): input is ExpiringResource {
  return !('$typeName' in input) && 'ttlMs' in input
}

function isTtl(ttlMs: number): boolean {
  return Number.isSafeInteger(ttlMs) && ttlMs >= MIN_TTL_MS && ttlMs <= MAX_TTL_MS
}

function isNamed(input: ResourceInput): input is NamedResource {
  return !('$typeName' in input) && 'resource' in input
}

/** Names a resource in error messages: `Cluster "echo"`. */
export function describeResource({
  typeUrl,
  name,
}: {
  readonly typeUrl: string
  readonly name: string
}): string {
  return `${describeType(typeUrl)} "${name}"`
}
