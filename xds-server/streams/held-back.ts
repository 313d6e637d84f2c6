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
  for (const [typeUrl, typeState] of typeStates) {
    if (stageOf(typeState.type) >= stage || isSettled(typeState.ledger)) continue
    for (const name of unsettledNames(typeState.ledger)) unsettled.push({ typeUrl, name })
  }
  if (unsettled.length === 0) return NO_NAMES
  const names = new Set<string>()
  for (const user of usersOf(unsettled, latest)) if (user.typeUrl === type.typeUrl) names.add(user.name)
  return names
}

/** Whether no name is unsettled. It nearly always is so, and costs less than to look for names. */
function isSettled({ nacked, pending }: Ledger): boolean {
  return nacked.length === 0 && pending.every(({ before }) => before.overrides.size === 0)
}

/** NACKed names, and those that are sent since and not ACKed yet: the snapshots do not tell that the client lacks them. */
function* unsettledNames({ nacked, pending }: Ledger): Iterable<string> {
  for (const { content } of nacked) yield* content.keys()
  for (const { before, changedResources } of pending) {
    if (before.overrides.size === 0) continue
    for (const { name } of changedResources) if (before.overrides.has(name)) yield name
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
