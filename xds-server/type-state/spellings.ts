// How names are written to a delta client, where that is not their one spelling: a name that it subscribes to as the client writes it,
// and every other as the resource has it. Envoy removes a cluster only by the very name in the cluster.

import { memoize, type SharedList } from '../../core/memo.ts'
import type { Resource } from '../snapshot/resource.ts'
import type { Subscription } from './subscription.ts'

/** Name → as it is written. A name without an entry is written in its one spelling, as nearly all are. */
export type Spellings = ReadonlyMap<string, string>

export const NO_SPELLINGS: Spellings = new Map()

const spelled = new WeakMap<object, Map<string, string>>()

/** Notes how a name in a list, or in a map by name, was written. */
export function noteSpelling(names: object, name: string, written: string): void {
  const known = spelled.get(names)
  if (known === undefined) spelled.set(names, new Map([[name, written]]))
  else known.set(name, written)
}

export function spellingsOf(names: object): Spellings {
  return spelled.get(names) ?? NO_SPELLINGS
}

/** The spellings after a request. What a client reports counts in its first request of a type: `known` has it. */
export function spelledByClient(
  known: Spellings,
  request: { readonly subscribe: SharedList<string>; readonly unsubscribe: SharedList<string> },
): Spellings {
  const asked = spellingsOf(request.subscribe)
  if (known.size + asked.size === 0) return known
  const after = new Map(known)
  for (const name of [...request.subscribe, ...request.unsubscribe]) after.delete(name)
  for (const [name, written] of asked) after.set(name, written)
  return after
}

interface Spelled {
  readonly spellings: Spellings
  readonly subscription: Subscription
}

const hasOwnSpelling = memoize((resources: SharedList<Resource>) =>
  resources.some(({ writtenName }) => writtenName !== undefined),
)

/** The spellings that a response needs. Undefined without any, so that its encoding stays shared. */
export function spellingsFor(
  { spellings, subscription }: Spelled,
  resources: SharedList<Resource>,
  removed: readonly string[],
): Spellings | undefined {
  if (spellings.size === 0 && !hasOwnSpelling(resources)) return undefined
  const needed = new Map<string, string>()
  const add = (name: string, written: string | undefined) => {
    if (written !== undefined) needed.set(name, written)
  }
  for (const { name, writtenName } of resources)
    add(name, subscription.names.has(name) ? spellings.get(name) : writtenName)
  for (const name of removed) add(name, spellings.get(name))
  return needed.size === 0 ? undefined : needed
}

/** The spellings after a response: the client has its resources under these names. */
export function spellingsAfter(
  { spellings, subscription }: Spelled,
  responses: readonly {
    readonly resources: readonly Resource[]
    readonly removed: readonly string[]
    readonly spellings?: Spellings
  }[],
): Spellings {
  if (spellings.size === 0 && responses.every((response) => response.spellings === undefined))
    return spellings
  const after = new Map(spellings)
  for (const { resources, removed, spellings: written = NO_SPELLINGS } of responses) {
    for (const name of [...resources.map((resource) => resource.name), ...removed])
      if (!subscription.names.has(name)) after.delete(name)
    for (const { name } of resources) {
      const one = written.get(name)
      if (one !== undefined) after.set(name, one)
    }
  }
  return after
}
