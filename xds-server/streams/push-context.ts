// How far one type may be pushed: to the newest snapshot whose earlier stages the client has answered, and which removals wait.

import { stageOf } from '../snapshot/resource-type.ts'
import { namesReferredTo, type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import type { PushContext } from '../type-state/plan-push.ts'
import { earliest, isOlder, type Pushed } from '../type-state/pushed.ts'
import { answeredThrough, isActive, type TypeState } from '../type-state/type-state.ts'
import { heldBackNames } from './held-back.ts'
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
  }
}

/** The newest snapshot whose earlier stages the client has answered. Only types that the stream subscribes to count. */
function limitOf(state: StreamState, latest: Snapshot, { type, request }: TypeState): Pushed {
  if (request.isFirst) return latest
  const stage = stageOf(type)
  if (stage === 0) return latest
  const earlier = [...state.typeStates.values()].filter((one) => isActive(one) && stageOf(one.type) < stage)
  return earliest([latest, ...earlier.map(answeredThrough)])
}

/** The snapshot that a push leads to. It is never older than what was pushed. */
function targetOf(state: StreamState, latest: Snapshot, limit: Pushed, { type, pushed }: TypeState): Pushed {
  if (!isOlder(pushed, limit) || limit === 'none') return pushed
  if (limit === latest) return latest
  // Skip content that a newer snapshot replaces, and content that refers to what is being removed again.
  const target = typeIn(limit, type.typeUrl)
  const isCurrent = target.contentVersion === typeIn(latest, type.typeUrl).contentVersion
  if (!isCurrent) return pushed
  const needed = namesReferredTo(target)
  const isBeingRemoved = [...state.typeStates].some(([typeUrl, { ledger }]) =>
    ledger.pending.some(({ removed }) => removed.some((name) => needed.get(typeUrl)?.has(name))),
  )
  return isBeingRemoved ? pushed : limit
}
