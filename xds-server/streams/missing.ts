// Names that a client asks for and the newest snapshot lacks. The client waits for them, and its calls fail.

import { isExternal } from '../snapshot/consistency.ts'
import { CLUSTER, LISTENER, resourceTypeOf } from '../snapshot/resource-type.ts'
import { namesNeeded, namesReferredTo, retiredResource, type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { absentAmong, diffTypes, type TypeSnapshot } from '../snapshot/type-snapshot.ts'
import { isCollection } from '../snapshot/xdstp-name.ts'
import { NO_NAMES } from '../type-state/subscription.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { heldIn } from '../type-state/view.ts'
import type { Missing, Report, Step, StreamState } from './stream.ts'

const NONE: readonly string[] = []

/**
 * Looks for missing names after a step, and reports those types for which they are others than before.
 * @param before the state before the step
 */
export function withMissing(before: StreamState, step: Step): Step {
  const { state, report } = step
  let { missing } = state
  const reports: Report[] = []
  for (const typeState of state.typeStates.values()) {
    const { typeUrl } = typeState.type
    const known = state.missing.get(typeUrl)
    const now = findMissing(typeState, state.snapshot, known, before)
    if (now === known) continue
    missing = withEntry(missing, typeUrl, now)
    const names = now?.names ?? NONE
    if (!isSameList(known?.names ?? NONE, names)) reports.push({ kind: 'missing', typeUrl, names })
  }
  if (missing === state.missing) return step
  return { ...step, state: { ...state, missing }, report: [...report, ...reports] }
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

/** Undefined if the snapshot has every subscribed name, which is the usual case and must cost little. */
function findMissing(
  { type: { typeUrl }, subscription, view, request }: TypeState,
  snapshot: Snapshot | undefined,
  known: Missing | undefined,
  before: StreamState,
): Missing | undefined {
  const { names: subscribed } = subscription
  if (snapshot === undefined || subscribed.size === 0) return undefined
  if (known?.snapshot === snapshot && known.view === view && known.subscribed === subscribed) return known
  const since = known ?? nothingAbsent(before, typeUrl)
  const { absent, dropped } = findAbsent(typeIn(snapshot, typeUrl), subscribed, since)
  if (absent.length === 0) return undefined
  const isMissing = (name: string) =>
    heldIn(view, name, request.added).kind === 'absent' && isWaitedFor(snapshot, typeUrl, name, dropped)
  return { snapshot, view, subscribed, absent, dropped, names: absent.filter(isMissing) }
}

/** What names were found absent, and from what. */
type Absent = Pick<Missing, 'snapshot' | 'subscribed' | 'absent' | 'dropped'>

/** A type without an entry lacked nothing before this step. Undefined if nobody looked, as nothing was served. */
function nothingAbsent({ snapshot, typeStates }: StreamState, typeUrl: string): Absent | undefined {
  const subscribed = typeStates.get(typeUrl)?.subscription.names ?? NO_NAMES
  return snapshot && { snapshot, subscribed, absent: NONE, dropped: NO_NAMES }
}

/** If only the snapshot changed since the last look, the cost depends on the change, and not on the number of names. */
function findAbsent(
  type: TypeSnapshot,
  subscribed: ReadonlySet<string>,
  since: Absent | undefined,
): Pick<Absent, 'absent' | 'dropped'> {
  if (since === undefined) return { absent: absentAmong(type, subscribed), dropped: NO_NAMES }
  const typeSince = typeIn(since.snapshot, type.typeUrl)
  const isSame = subscribed === since.subscribed
  if (isSame && typeSince === type) return since
  const gone = diffTypes(typeSince, type).removed.filter((name) => since.subscribed.has(name))
  // What most changes do, so it costs no new sets.
  if (isSame && gone.length + since.absent.length === 0) return since
  const had = new Set([...since.dropped, ...gone])
  const absent = isSame
    ? [...since.absent.filter((name) => !type.resources.has(name)), ...gone]
    : absentAmong(type, subscribed)
  return { absent, dropped: new Set(absent.filter((name) => had.has(name))) }
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
  if (resourceTypeOf(typeUrl).stage === 'virtual-hosts' || isCollection(name)) return false
  if (isExternal(snapshot.external, typeUrl, name)) return false
  const types = [...snapshot.types.values()]
  if (types.some((type) => namesNeeded(type).get(typeUrl)?.has(name))) return true
  if (types.some((type) => namesReferredTo(type).get(typeUrl)?.has(name))) return false
  if (typeUrl === LISTENER) return true
  if (typeUrl === CLUSTER || dropped.has(name)) return false
  return retiredResource(snapshot, typeUrl, name) === undefined
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index])
}
