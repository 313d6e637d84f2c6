// NACKs in words: which node, Envoy's text, and where the resource comes from. That is a path of the document, or a source.

import type { Problem } from '../../core/errors.ts'
import { type Nack, type NodeStatus, SECRET } from '../../xds-server/index.ts'
import { stateOf } from '../../xds-server/nodes/status.ts'
import type { Detail } from '../store/revision.ts'
import { secretOf } from '../translate/secret.ts'
import type { Translations } from './publisher.ts'

interface TypeNack {
  readonly node: string
  readonly fleet: string
  readonly typeUrl: string
  readonly nack: Nack
}

/** A NACK of a secret, by a node and with its text. */
export interface SecretNack {
  readonly node: string
  readonly fleet: string
  readonly message: string
}

function nacksOf(nodes: readonly NodeStatus[]): TypeNack[] {
  return nodes.flatMap(({ id, group, connected, types }) =>
    Object.entries(types).flatMap(([typeUrl, { state, nack }]) =>
      connected && state === 'NACKED' && nack !== undefined
        ? [{ node: id, fleet: group, typeUrl, nack }]
        : [],
    ),
  )
}

/** Describes the NACKs of the resources that are served now. Undefined without NACKs. */
export function describeNacks(nodes: readonly NodeStatus[], translations: Translations): Detail | undefined {
  const nacks = nacksOf(nodes)
  if (nacks.length === 0) return undefined
  const sentences = nacks.map(
    ({ node, typeUrl, nack }) => `${node} NACKed ${shortName(typeUrl)}: ${nack.message}`,
  )
  const problems = nacks.flatMap(({ node, fleet, typeUrl, nack }) =>
    namedInNack(nack).map((name): Problem => {
      const path = translations.get(fleet)?.provenance.get(`${typeUrl} ${name}`) ?? ''
      return { path, message: `${node} NACKed ${shortName(typeUrl)} "${name}": ${nack.message}` }
    }),
  )
  return { message: sentences.join('; '), problems }
}

/** NACKs of secrets that are in force now, by the secrets' names in the document. */
export function nacksBySecret(nodes: readonly NodeStatus[]): ReadonlyMap<string, readonly SecretNack[]> {
  const nacks = nacksOf(nodes).flatMap(({ node, fleet, typeUrl, nack }) =>
    typeUrl === SECRET
      ? namedInNack(nack).map((name) => ({ node, fleet, message: nack.message, secret: secretOf(name) }))
      : [],
  )
  return Map.groupBy(nacks, ({ secret }) => secret)
}

/** Whether a fleet is served a secret as it is because of the revision, and not because its files were renewed. */
export type IsOfRevision = (fleet: string, secretName: string) => boolean

/** Whether a NACK of secrets belongs to their source: it names no secret whose entry the revision changed. */
export function isNackOfSource(
  fleet: string,
  typeUrl: string,
  nack: Nack,
  isOfRevision: IsOfRevision,
): boolean {
  return typeUrl === SECRET && !namedInNack(nack).some((name) => isOfRevision(fleet, name))
}

/** The nodes as a verdict sees them: a NACK that belongs to a source says nothing about the revision. */
export function withoutNacksOfSources(
  nodes: readonly NodeStatus[],
  isOfRevision: IsOfRevision,
): readonly NodeStatus[] {
  return nodes.map((node) => {
    const type = node.types[SECRET]
    if (!node.connected || type?.state !== 'NACKED' || type.nack === undefined) return node
    if (!isNackOfSource(node.group, SECRET, type.nack, isOfRevision)) return node
    const types = { ...node.types, [SECRET]: { ...type, state: 'SYNCED' as const } }
    return { ...node, types, state: stateOf(types) }
  })
}

/** The resources that Envoy's text names; all resources of the NACKed response if it names none. */
export function namedInNack({ message, names }: Nack): readonly string[] {
  const longestFirst = names.toSorted((a, b) => b.length - a.length)
  const found = new Set<string>()
  let text = message
  for (const name of longestFirst) {
    const rest = text.replaceAll(wholeName(name), '\0')
    if (rest !== text) found.add(name)
    // A shorter name inside this one is not named.
    text = rest
  }
  return found.size > 0 ? names.filter((name) => found.has(name)) : names
}

/** Matches a name that is not part of a longer one. A dot at the end of a sentence does not belong to the name. */
function wholeName(name: string): RegExp {
  const escaped = name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  const part = '[\\p{L}\\p{N}_/-]'
  return new RegExp(`(?<!${part}|[.])${escaped}(?!${part}|[.]${part})`, 'gu')
}

/** Which nodes have not answered yet, and about which types. */
export function describePending(nodes: readonly NodeStatus[]): string {
  return nodes
    .filter(({ state }) => state !== 'SYNCED')
    .map(({ id, types }) => {
      const open = Object.entries(types)
        .filter(([, { state }]) => state !== 'SYNCED')
        .map(([typeUrl, { state }]) => `${shortName(typeUrl)} ${state}`)
      return `${id} (${open.join(', ') || 'no subscription'})`
    })
    .join('; ')
}

function shortName(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('.') + 1)
}
