// What a NACK holds back: the resources of later stages that refer to a NACKed one, directly or by others.

import { memoize, memoizeByText, memoizePair } from '../../core/memo.ts'
import type { Resource } from '../snapshot/resource.ts'
import { type ResourceType, stageOf } from '../snapshot/resource-type.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { NackedResponse } from '../type-state/responses.ts'
import { NO_NAMES, unite } from '../type-state/subscription.ts'
import type { View } from '../type-state/view.ts'
import type { StreamState } from './stream.ts'

interface Name {
  readonly typeUrl: string
  readonly name: string
}

/** Names of a type that wait, because their resource in the newest snapshot refers to one of an earlier stage that is NACKed. */
export function heldBackNames(
  { typeStates }: StreamState,
  latest: Snapshot,
  type: ResourceType,
): ReadonlySet<string> {
  const stage = stageOf(type)
  let names = NO_NAMES
  const add = (unsettled: readonly Name[]) => {
    if (unsettled.length > 0) names = unite(names, usersOf(unsettled, latest).get(type.typeUrl) ?? NO_NAMES)
  }
  for (const { type: earlier, ledger } of typeStates.values()) {
    if (stageOf(earlier) >= stage) continue
    // Most streams have neither, and each event comes here once for each type.
    if (ledger.nacked.length + ledger.pending.length === 0) continue
    add(namesOf(ledger.nacked, earlier.typeUrl))
    for (const { before, changedResources } of ledger.pending)
      if (before.overrides.size > 0) add(amongOverrides(before.overrides, changedResources))
  }
  return names
}

// What is found is kept, because an event of a stream asks for it once for each type. Streams that reconnect share it: they report the
// same names, and are sent the same list.

/** NACKed names. */
const namesOf = memoizeByText((nacked: readonly NackedResponse[], typeUrl): readonly Name[] =>
  nacked.flatMap(({ content }) => [...content.keys()].map((name) => ({ typeUrl, name }))),
)

/** Names that are sent again and not ACKed yet: the snapshots do not tell that the client lacks them. */
const amongOverrides = memoizePair(
  (overrides: View['overrides'], changed: readonly Resource[]): readonly Name[] =>
    changed.filter(({ name }) => overrides.has(name)),
)

/** The names of every resource that refers to one of these, directly or by others, by type. */
const usersOf = memoizePair(
  (used: readonly Name[], snapshot: Snapshot): ReadonlyMap<string, ReadonlySet<string>> => {
    const referrers = referrersIn(snapshot)
    const users = new Map<string, Set<string>>()
    const queue = [...used]
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      for (const user of referrers.get(keyOf(next)) ?? []) {
        const names = users.get(user.typeUrl) ?? new Set()
        if (names.has(user.name)) continue
        users.set(user.typeUrl, names.add(user.name))
        queue.push(user)
      }
    }
    return users
  },
)

/** For each name, the resources that refer to it. It is made only once somebody NACKs, and then shared by all streams. */
const referrersIn = memoize(({ types }: Snapshot): ReadonlyMap<string, readonly Name[]> => {
  const referrers = new Map<string, Name[]>()
  for (const [typeUrl, { list }] of types) {
    for (const { name, references } of list) {
      for (const reference of references) {
        const key = keyOf(reference)
        const users = referrers.get(key)
        if (users === undefined) referrers.set(key, [{ typeUrl, name }])
        else users.push({ typeUrl, name })
      }
    }
  }
  return referrers
})

function keyOf({ typeUrl, name }: Name): string {
  return `${typeUrl} ${name}`
}
