// Names that a client asks for and the newest snapshot lacks. The client waits for them, and its calls fail.

import { memoize } from '../../core/memo.ts'
import { CLUSTER, LISTENER, resourceTypeOf } from '../snapshot/resource-type.ts'
import { gatherNames, namesReferredTo, retiredResource, type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { diffTypes, type TypeSnapshot } from '../snapshot/type-snapshot.ts'
import { NO_NAMES } from '../type-state/subscription.ts'
import { absentAmong, type TypeState } from '../type-state/type-state.ts'
import { heldIn } from '../type-state/view.ts'
import type { Missing, Report, Step } from './stream.ts'

/** Looks for missing names after a step, and reports those types for which they are others than before. */
export function withMissing(step: Step): Step {
  const { state, send, report } = step
  let { missing } = state
  const reports: Report[] = []
  for (const [typeUrl, typeState] of state.typeStates) {
    const before = state.missing.get(typeUrl)
    const now = findMissing(typeState, state.snapshot, before)
    if (now === before) continue
    missing = withEntry(missing, typeUrl, now)
    const names = now?.names ?? NONE
    if (!isSameList(before?.names ?? NONE, names)) reports.push({ kind: 'missing', typeUrl, names })
  }
  if (missing === state.missing) return step
  return {
    state: { ...state, missing },
    send,
    report: reports.length === 0 ? report : [...report, ...reports],
  }
}

function withEntry(
  missing: ReadonlyMap<string, Missing>,
  typeUrl: string,
  now: Missing | undefined,
): ReadonlyMap<string, Missing> {
  const changed = new Map(missing)
  if (now === undefined) changed.delete(typeUrl)
  else changed.set(typeUrl, now)
  return changed
}

const NONE: readonly string[] = []

function findMissing(
  { type: { typeUrl }, subscription, view, request }: TypeState,
  snapshot: Snapshot | undefined,
  before: Missing | undefined,
): Missing | undefined {
  const { names: subscribed } = subscription
  if (snapshot === undefined || subscribed.size === 0) return undefined
  const isSame = before?.snapshot === snapshot && before.view === view && before.subscribed === subscribed
  if (isSame) return before
  const { absent, dropped } = findAbsent(typeIn(snapshot, typeUrl), subscribed, before)
  const isMissing = (name: string) =>
    heldIn(view, name, request.added).kind === 'absent' && isWaitedFor(snapshot, typeUrl, name, dropped)
  const names = absent.length === 0 ? NONE : absent.filter(isMissing)
  return { snapshot, view, subscribed, absent, dropped, names }
}

/** If only the snapshot changed, the cost depends on the change, and not on the number of names. */
function findAbsent(
  type: TypeSnapshot,
  subscribed: ReadonlySet<string>,
  before: Missing | undefined,
): Pick<Missing, 'absent' | 'dropped'> {
  if (before === undefined) return { absent: absentAmong(type, subscribed), dropped: NO_NAMES }
  const { removed } = diffTypes(typeIn(before.snapshot, type.typeUrl), type)
  const gone = removed.filter((name) => before.subscribed.has(name))
  const known = gone.length === 0 ? before.dropped : new Set([...before.dropped, ...gone])
  const absent =
    before.subscribed === subscribed
      ? [...before.absent.filter((name) => !type.resources.has(name)), ...gone]
      : absentAmong(type, subscribed)
  return { absent, dropped: known.size === 0 ? known : new Set(absent.filter((name) => known.has(name))) }
}

/**
 * Whether a client waits for a name that the snapshot lacks. It does not if all that refers to the name has a default. A name that
 * nothing refers to comes from the client: from its bootstrap or its target, and then it waits; from a call, which asks for clusters
 * and virtual hosts on demand; or it is about to drop the name, which the snapshot had before.
 */
function isWaitedFor(
  snapshot: Snapshot,
  typeUrl: string,
  name: string,
  dropped: ReadonlySet<string>,
): boolean {
  if (resourceTypeOf(typeUrl).stage === 'virtual-hosts') return false
  const types = [...snapshot.types.values()]
  if (types.some((type) => namesNeeded(type).get(typeUrl)?.has(name))) return true
  if (types.some((type) => namesReferredTo(type).get(typeUrl)?.has(name))) return false
  if (typeUrl === LISTENER) return true
  if (typeUrl === CLUSTER || dropped.has(name)) return false
  return retiredResource(snapshot, typeUrl, name) === undefined
}

const namesNeeded = memoize((type: TypeSnapshot) => gatherNames(type.list, ({ isOptional }) => !isOptional))

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((name, index) => name === other[index]))
}
