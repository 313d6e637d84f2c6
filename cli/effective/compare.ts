// Compares what a node has with what it is served. An ACK says that a resource was accepted, not that it is in use.

import type { JsonValue } from '@bufbuild/protobuf'
import type { NodeStatus } from '../../api/schemas/node.ts'
import type { Snapshot } from '../../api/schemas/snapshot.ts'
import { type Difference, differencesOf } from './differences-of.ts'
import { endpointsOf } from './endpoints-of.ts'
import type { HeldConfig, HeldResource } from './held-resource.ts'

/**
 * `same`: equal in content. `differs`: other content. `warming`: received, and not in use yet. `missing`: served, and the node does not
 * have it. `extra`: not served, and the node has it. `unserved`: the node asks for it, and nobody serves it. `nacked`: the node
 * rejected what it is served. `unreadable`: the node has it, and does not show its content.
 */
export const FINDINGS = [
  'same',
  'differs',
  'warming',
  'missing',
  'extra',
  'unserved',
  'nacked',
  'unreadable',
] as const
export type Finding = (typeof FINDINGS)[number]

export interface ComparedResource {
  readonly typeUrl: string
  readonly name: string
  readonly finding: Finding
  /** The version that the node has. */
  readonly version?: string
  /** Of a resource that differs. */
  readonly differences?: readonly Difference[]
  /** The node's error text, if it rejected it. */
  readonly message?: string
}

export interface ComparedNode extends Omit<HeldConfig, 'resources' | 'takesAll'> {
  readonly resources: readonly ComparedResource[]
}

const ENDPOINT = 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment'

/** @param status the node's status at the control plane: an Envoy does not tell which clusters it NACKed */
export function compareNode(
  { resources: held, takesAll, ...of }: HeldConfig,
  served: Snapshot,
  status: NodeStatus | undefined,
): ComparedNode {
  const known = new Map(held.map((one) => [keyOf(one), one]))
  const wanted = Object.entries(served).flatMap(([typeUrl, { resources }]) =>
    Object.entries(resources).map(([name, content]) => ({ typeUrl, name, content: content as JsonValue })),
  )
  const contents = new Map(wanted.map((one) => [keyOf(one), one.content]))
  const absent = takesAll ? wanted.filter((one) => !known.has(keyOf(one))) : []
  const resources = [
    ...held.map((one) => compareOne(one, contents.get(keyOf(one)), nackOf(one, status), takesAll)),
    ...absent.map(({ typeUrl, name }) => missing(typeUrl, name, nackOf({ typeUrl, name }, status))),
  ]
  return { ...of, resources: resources.sort(byTypeAndName) }
}

/** A node that has everything as it is served. */
export function isInEffect({ resources }: ComparedNode): boolean {
  return resources.every(({ finding }) => finding === 'same')
}

function compareOne(
  held: HeldResource,
  served: JsonValue | undefined,
  nack: string | undefined,
  isEnvoy: boolean,
): ComparedResource {
  const { typeUrl, name, state, version, content } = held
  const of = { typeUrl, name, ...(version !== undefined && { version }) }
  const rejected = held.nack?.message ?? nack
  if (rejected !== undefined) return { ...of, finding: 'nacked', message: rejected }
  if (served === undefined) {
    return { ...of, finding: state === 'active' || state === 'warming' ? 'extra' : 'unserved' }
  }
  if (state === 'requested' || state === 'absent') return { ...of, finding: 'missing' }
  if (content === undefined) return { ...of, finding: 'unreadable' }
  const differences =
    isEnvoy && typeUrl === ENDPOINT
      ? differencesOf(endpointsOf(served), endpointsOf(content))
      : differencesOf(served, content)
  if (differences.length > 0) return { ...of, finding: 'differs', differences }
  return { ...of, finding: state === 'warming' ? 'warming' : 'same' }
}

function missing(typeUrl: string, name: string, message: string | undefined): ComparedResource {
  if (message === undefined) return { typeUrl, name, finding: 'missing' }
  return { typeUrl, name, finding: 'nacked', message }
}

function nackOf(
  { typeUrl, name }: { readonly typeUrl: string; readonly name: string },
  status: NodeStatus | undefined,
): string | undefined {
  const type = status?.types[typeUrl]
  return type?.state === 'NACKED' && type.nack?.names.includes(name) ? type.nack.message : undefined
}

function keyOf({ typeUrl, name }: { readonly typeUrl: string; readonly name: string }): string {
  return `${typeUrl} ${name}`
}

function byTypeAndName(one: ComparedResource, other: ComparedResource): number {
  return one.typeUrl.localeCompare(other.typeUrl) || one.name.localeCompare(other.name)
}
