// What the client may have in effect, by name. A resource that it may still use is not removed.

import { ANY_NAME, type Reference } from '../snapshot/references.ts'
import {
  CLUSTER,
  ENDPOINT,
  EXTENSION_CONFIG,
  isUsedByListeners,
  type ResourceType,
  SECRET,
  stageOf,
} from '../snapshot/resource-type.ts'
import { typeIn } from '../snapshot/snapshot.ts'
import { type Held, resourcesInEffect } from '../type-state/held.ts'
import { isActive, snapshotsInUse, type TypeState } from '../type-state/type-state.ts'
import { isAnswered } from './by-name.ts'
import { awaitsUsers } from './resumption.ts'
import type { StreamState } from './stream.ts'

/** Decides whether names of one type may be removed now. It gathers what is in use at the first question. */
export function removalRule(state: StreamState, type: ResourceType): (name: string) => boolean {
  let rule: ((name: string) => boolean) | undefined
  return (name) => {
    rule ??= createRule(state, type)
    return rule(name)
  }
}

function createRule(state: StreamState, type: ResourceType): (name: string) => boolean {
  if (!isAnswered(state, type)) return () => false
  if (isUsedByListeners(type) && awaitsUsers(state)) return () => false
  const { typeUrl } = type
  const later = state.typeStates.values().filter((one) => isActive(one) && isLater(one.type, type))
  const snapshots = new Set(isUsedByListeners(type) ? later.flatMap(snapshotsInUse) : [])
  const used = namesInUse(state, type)
  if (used === 'any' || snapshots.has('none')) return () => false
  return (name) =>
    !used.has(name) &&
    !used.has(ANY_NAME) &&
    ![...snapshots].some((snapshot) => snapshot !== 'none' && typeIn(snapshot, typeUrl).resources.has(name))
}

function isLater(a: ResourceType, b: ResourceType): boolean {
  return stageOf(a) > stageOf(b)
}

/** Names of a type that single resources refer to: those that differ from the pushed snapshots, and those of draining listeners. */
function namesInUse(state: StreamState, type: ResourceType): ReadonlySet<string> | 'any' {
  const names = new Set<string>()
  for (const drain of state.drains) {
    if (drain.references === 'any') return 'any'
    note(names, drain.references, type)
  }
  for (const typeState of state.typeStates.values()) {
    if (!isActive(typeState)) continue
    for (const [name, held] of heldInUse(typeState, type)) {
      const resources = resourcesInEffect(held)
      if (resources !== undefined) for (const { references } of resources) note(names, references, type)
      else if (mayReferTo(typeState.type, type) && !goesFirst(type, typeState, name)) return 'any'
    }
  }
  return names
}

/** What the client has or may have apart from the pushed snapshots. */
function* heldInUse(
  { type, view, ledger }: TypeState,
  used: ResourceType,
): Iterable<readonly [string, Held]> {
  yield* view.overrides
  if (isLater(type, used)) for (const { before } of ledger.pending) yield* before.overrides
}

/**
 * Filters and clusters may refer to each other. A filter leaves first if the cluster is gone too and nobody knows its content: else each
 * would keep the other forever.
 */
function goesFirst(filters: ResourceType, { type, view }: TypeState, name: string): boolean {
  const isPair = filters.typeUrl === EXTENSION_CONFIG && type.typeUrl === CLUSTER
  return isPair && !view.base.resources.has(name)
}

function note(names: Set<string>, references: readonly Reference[], { typeUrl }: ResourceType): void {
  for (const reference of references) if (reference.typeUrl === typeUrl) names.add(reference.name)
}

/** Whether a resource that we do not have may refer to one of another type. */
function mayReferTo(from: ResourceType, to: ResourceType): boolean {
  return (
    (isLater(from, to) && isUsedByListeners(to)) ||
    (from.typeUrl === CLUSTER && [ENDPOINT, SECRET, EXTENSION_CONFIG].includes(to.typeUrl))
  )
}
