// Refusals in words: who refused what, with the client's own text, and the place of the document that it comes from.

import type { Problem } from '../../core/errors.ts'
import type { Nack, NodeStatus } from '../../xds-server/index.ts'
import type { Detail } from '../store/revision.ts'
import type { Publication } from './publisher.ts'

interface Refusal {
  readonly node: string
  readonly fleet: string
  readonly typeUrl: string
  readonly nack: Nack
}

function* refusalsOf(nodes: readonly NodeStatus[]): Iterable<Refusal> {
  for (const { id, group, connected, types } of nodes) {
    if (!connected) continue
    for (const [typeUrl, { state, nack }] of Object.entries(types)) {
      if (state === 'NACKED' && nack !== undefined) yield { node: id, fleet: group, typeUrl, nack }
    }
  }
}

/** What the nodes refuse of what they are served now; undefined where they refuse nothing. */
export function describeRefusals(
  nodes: readonly NodeStatus[],
  { translations }: Pick<Publication, 'translations'>,
): Detail | undefined {
  const refusals = [...refusalsOf(nodes)]
  if (refusals.length === 0) return undefined
  const sentences = refusals.map(
    ({ node, typeUrl, nack }) => `${node} refused ${shortName(typeUrl)}: ${nack.message}`,
  )
  const problems = refusals.flatMap(({ node, fleet, typeUrl, nack }) =>
    blamedNames(nack).map((name): Problem => {
      const path = translations.get(fleet)?.provenance.get(`${typeUrl} ${name}`) ?? ''
      return { path, message: `${node} refused ${shortName(typeUrl)} "${name}" made of it: ${nack.message}` }
    }),
  )
  return { message: sentences.join('; '), problems }
}

/** The names that the client speaks of; all that stood in the refused response where it speaks of none. */
function blamedNames({ message, names }: Nack): readonly string[] {
  const words = new Set(message.split(/[^\w.-]+/).map(withoutFinalDots))
  const named = names.filter((name) => words.has(name))
  return named.length > 0 ? named : names
}

/** In linear time: `/\.+$/` tries each dot of a long row as the beginning of the end. */
function withoutFinalDots(word: string): string {
  let end = word.length
  while (word[end - 1] === '.') end -= 1
  return word.slice(0, end)
}

/** Who has not answered yet, and about what. */
export function describePending(nodes: readonly NodeStatus[]): string {
  return nodes
    .filter(({ state }) => state !== 'SYNCED')
    .map(({ id, types }) => {
      const open = Object.entries(types)
        .filter(([, { state }]) => state !== 'SYNCED')
        .map(([typeUrl, { state }]) => `${shortName(typeUrl)} ${state}`)
      return `${id} (${open.join(', ') || 'has asked for nothing'})`
    })
    .join('; ')
}

function shortName(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('.') + 1)
}
