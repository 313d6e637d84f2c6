// NACKs in words: which node, Envoy's text, and where the resource comes from. That is a path of the document, or a source.

import type { Problem } from '../../core/errors.ts'
import { escapeRegex } from '../../core/escape-regex.ts'
import type { Nack, NodeStatus } from '../../xds-server/index.ts'
import { formatSteps } from '../document/problem.ts'
import type { Detail } from '../store/revision.ts'
import type { Translation } from '../translate/translate.ts'
import { changedPaths } from './changes.ts'
import type { Accepted, Publication, Translations } from './publisher.ts'

export interface TypeNack {
  readonly node: string
  readonly fleet: string
  readonly typeUrl: string
  readonly nack: Nack
}

/** Characters of a text that stands beside each name that it is about. A node chooses both. */
const MAX_REPEATED = 1_024

/** The NACKs of connected nodes about what they are served now. Sentences go on after Envoy's text, which may end in a newline. */
export function nacksOf(nodes: readonly NodeStatus[]): TypeNack[] {
  return nodes.flatMap(({ id, group, connected, types }) =>
    Object.entries(types).flatMap(([typeUrl, { state, nack }]) =>
      connected && state === 'NACKED' && nack !== undefined
        ? [{ node: id, fleet: group, typeUrl, nack: { ...nack, message: nack.message.trimEnd() } }]
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
  const problems = nacks.flatMap(({ node, fleet, typeUrl, nack }) => {
    const text = withoutMiddle(nack.message)
    return namedInNack(nack).flatMap((name): readonly Problem[] => {
      const { path = '', patches } = originOf(translations.get(fleet), typeUrl, name)
      const what = `${node} NACKed ${shortName(typeUrl)} "${name}"`
      if (patches.length === 0) return [{ path, message: `${what}: ${text}` }]
      const message = `${what}, which ${path} makes and this patch changes: ${text}`
      return patches.map((patch) => ({ path: patch, message }))
    })
  })
  return { message: sentences.join('; '), problems }
}

/** Envoy's reason may be at the end, behind the whole resource. */
function withoutMiddle(text: string): string {
  if (text.length <= MAX_REPEATED) return text
  return `${text.slice(0, MAX_REPEATED / 2)} … ${text.slice(-MAX_REPEATED / 2)}`
}

/** The path of the entry that a resource is made from, and those of the patches on it. */
export function originOf(translation: Translation | undefined, typeUrl: string, name: string) {
  const key = `${typeUrl} ${name}`
  const path = translation?.provenance.get(key)
  const patches = translation?.patches?.get(key) ?? []
  return { path, patches: patches.map(({ steps }) => formatSteps(steps)) }
}

/** Why a revision was rejected: the NACKs, and what changed since the revision that was accepted last. */
export function describeRejection(
  nacking: readonly NodeStatus[],
  { config, translations }: Publication,
  accepted: Accepted | undefined,
): Detail | undefined {
  const detail = describeNacks(nacking, translations)
  if (detail === undefined || accepted === undefined) return detail
  const changed = changedPaths(accepted.publication.config, config).join(', ')
  return {
    ...detail,
    message: `${detail.message}; changed since revision ${accepted.number}: ${changed}`,
  }
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
  const part = '[\\p{L}\\p{N}_/-]'
  return new RegExp(`(?<!${part}|[.])${escapeRegex(name)}(?!${part}|[.]${part})`, 'gu')
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
