// How far one type may be pushed: to the newest snapshot whose earlier stages the client has answered, and which removals wait.

import { type ResourceType, stageOf } from '../snapshot/resource-type.ts'
import { namesReferredTo, type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import type { PushContext } from '../type-state/plan-push.ts'
import { earlier, isOlder, type Pushed } from '../type-state/pushed.ts'
import type { Response } from '../type-state/responses.ts'
import { isSubscribed } from '../type-state/subscription.ts'
import { answeredThrough, isActive, type TypeState } from '../type-state/type-state.ts'
import { heldIn } from '../type-state/view.ts'
import { heldBackNames } from './held-back.ts'
import { awaitsNeeded, hasHeldBack, isResumed } from './resumption.ts'
import type { StreamState } from './stream.ts'
import { removalRule } from './usage.ts'

export function pushContextFor(state: StreamState, latest: Snapshot, typeState: TypeState): PushContext {
  const limit = limitOf(state, latest, typeState)
  return {
    latest,
    target: targetOf(state, latest, limit, typeState),
    isStageOpen: limit === latest,
    isRemovable: removalRule(state, typeState.type),
    heldBack: heldBackNames(state, latest, typeState.type),
    explain: state.explain,
  }
}

/** How far a type may be pushed: the `target` of its context. */
export function pushTarget(state: StreamState, latest: Snapshot, typeState: TypeState): Pushed {
  return targetOf(state, latest, limitOf(state, latest, typeState), typeState)
}

function limitOf(state: StreamState, latest: Snapshot, typeState: TypeState): Pushed {
  return typeState.request.isFirst ? latest : stageLimit(state, latest, typeState)
}

/** Whether these first answers wait: those to a client that has content from an earlier stream. */
export function mustWait(
  state: StreamState,
  latest: Snapshot,
  typeState: TypeState,
  drafts: readonly Pick<Response, 'changedResources'>[],
): boolean {
  if (!isResumed(state, typeState)) return false
  return stageLimit(state, latest, typeState) !== latest || hasHeldBack(state, latest, typeState, drafts)
}

/** The newest snapshot whose earlier stages the client has answered. Only types that the stream subscribes to count. */
export function stageLimit(
  state: StreamState,
  latest: Snapshot,
  { type }: { readonly type: ResourceType },
): Pushed {
  const stage = stageOf(type)
  if (stage === 0) return latest
  if (awaitsNeeded(state, latest)) return 'none'
  let limit: Pushed = latest
  for (const one of state.typeStates.values())
    if (isActive(one) && stageOf(one.type) < stage) limit = earlier(limit, answeredThrough(one))
  return limit
}

/** The snapshot that a push leads to. It is never older than what was pushed. */
function targetOf(state: StreamState, latest: Snapshot, limit: Pushed, { type, pushed }: TypeState): Pushed {
  if (!isOlder(pushed, limit) || limit === 'none') return pushed
  if (limit === latest) return latest
  // Skip content that a newer snapshot replaces, and content that refers to what the client has lost since.
  const target = typeIn(limit, type.typeUrl)
  const isCurrent = target.contentVersion === typeIn(latest, type.typeUrl).contentVersion
  return isCurrent && hasAll(state, type, namesReferredTo(target)) ? limit : pushed
}

/** Whether the client has all of these names that are of earlier stages, by responses that it has ACKed. */
function hasAll(
  { typeStates }: StreamState,
  type: ResourceType,
  needed: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  return [...needed].every(([typeUrl, names]) => {
    const typeState = typeStates.get(typeUrl)
    return (
      typeState === undefined ||
      stageOf(typeState.type) >= stageOf(type) ||
      [...names].every((name) => !isSubscribed(typeState.subscription, name) || has(typeState, name))
    )
  })
}

function has({ view, ledger }: TypeState, name: string): boolean {
  const views = [view, ...ledger.pending.map(({ before }) => before)]
  return views.every((one) => heldIn(one, name).kind !== 'absent')
}
