// What a NACK holds back: the resources of later stages that refer to a NACKed one, directly or by others.

import { memoize } from '../../core/memo.ts'
import { type ResourceType, stageOf } from '../snapshot/resource-type.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { Ledger } from '../type-state/responses.ts'
import { NO_NAMES } from '../type-state/subscription.ts'
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
  if (stage === 0) return NO_NAMES
  const unsettled: Name[] = []
  for (const { type: earlier, ledger } of typeStates.values())
    if (stageOf(earlier) < stage) addUnsettled(unsettled, earlier.typeUrl, ledger)
  if (unsettled.length === 0) return NO_NAMES
  const names = new Set<string>()
  for (const user of usersOf(unsettled, latest)) if (user.typeUrl === type.typeUrl) names.add(user.name)
  return names
}

/** NACKed names, and those that are sent since and not ACKed yet: the snapshots do not tell that the client lacks them. */
function addUnsettled(names: Name[], typeUrl: string, { nacked, pending }: Ledger): void {
  for (const { content } of nacked) for (const name of content.keys()) names.push({ typeUrl, name })
  for (const { before, changedResources } of pending) {
    // A response may carry thousands of names, and nearly none has an override before it.
    if (before.overrides.size === 0) continue
    for (const { name } of changedResources) if (before.overrides.has(name)) names.push({ typeUrl, name })
  }
}

/** Every resource that refers to one of these, directly or by others. */
function usersOf(used: readonly Name[], snapshot: Snapshot): Iterable<Name> {
  const referrers = referrersIn(snapshot)
  const users = new Map<string, Name>()
  const queue = [...used]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const user of referrers.get(keyOf(next)) ?? []) {
      if (users.has(keyOf(user))) continue
      users.set(keyOf(user), user)
      queue.push(user)
    }
  }
  return users.values()
}

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
