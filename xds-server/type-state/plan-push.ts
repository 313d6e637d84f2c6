// The first of the three steps of a push: what one type of a stream is sent now. It gathers the facts about each name that may have
// changed, and `decide` has the rules. Nothing is changed here: see `commit`.

import { type SharedList, shareList } from '../../core/memo.ts'
import { covers, membersOf, selectNames } from '../snapshot/collections.ts'
import type { Resource } from '../snapshot/resource.ts'
import type { Explain } from '../snapshot/resource-error.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { diffTypes, type TypeDiff, type TypeSnapshot } from '../snapshot/type-snapshot.ts'
import { decide, type HeldCase } from './decide.ts'
import { ackedResource, type Held, isExactly, isNothing } from './held.ts'
import { PlannedNames } from './planned-names.ts'
import type { Pushed } from './pushed.ts'
import { type ErrorPlan, planErrors } from './resource-errors.ts'
import type { NackedResponse } from './responses.ts'
import { isSubscribed, subscribedAmong } from './subscription.ts'
import { subscribedIn, type TypeState } from './type-state.ts'
import { heldIn, NO_OVERRIDES } from './view.ts'

/** What a push may do now. */
export interface PushContext {
  readonly latest: Snapshot
  /** How far the push goes: the snapshot whose earlier stages the client has answered. */
  readonly target: Pushed
  /** Whether the client has answered all earlier stages. If not, names that differ from what was pushed wait too. */
  readonly isStageOpen: boolean
  /** Whether nothing that the client may have in effect uses the name. */
  readonly isRemovable: (name: string) => boolean
  /** Names whose resource in the newest snapshot refers to one that the client NACKed. */
  readonly heldBack: ReadonlySet<string>
  /** The error of a missing name that the snapshot gives none for. Undefined for a client that reads no errors. */
  readonly explain?: Explain | undefined
}

export interface PushPlan extends ErrorPlan {
  readonly target: TypeSnapshot
  readonly pushed: Pushed
  readonly upserts: SharedList<Resource>
  readonly removed: readonly string[]
  /** The client's state, after this push, of names that then differ from the target. */
  readonly overrides: ReadonlyMap<string, Held>
  /** The NACKed responses whose content is still the wanted one, and those that only the next answer settles. */
  readonly nacked: readonly NackedResponse[]
}

/** What a plan does to names and their resources. */
type ContentPlan = Omit<PushPlan, keyof ErrorPlan>

/** Plans what to send now: answers come from the newest snapshot, and pushes go no further than the target. */
export function planPush(typeState: TypeState, context: PushContext): PushPlan {
  const facts = factsOf(typeState, context)
  const quick = planQuickly(typeState, facts)
  if (quick !== undefined) return { ...quick, ...planErrors(typeState, quick, context) }
  const { plan, gone } = planByName(typeState, context, facts)
  const removed = [...plan.removed, ...gone]
  return { ...plan, ...planErrors(typeState, { ...plan, removed }, context) }
}

interface PushFacts {
  readonly target: TypeSnapshot
  readonly latest: TypeSnapshot
  readonly pushed: Pushed
  readonly diff: TypeDiff
  readonly heldBack: ReadonlySet<string>
}

function factsOf({ type, view }: TypeState, context: PushContext): PushFacts {
  const { target: pushed, heldBack } = context
  const target = pushed === 'none' ? view.base : typeIn(pushed, type.typeUrl)
  return {
    target,
    latest: typeIn(context.latest, type.typeUrl),
    pushed,
    diff: diffTypes(view.base, target),
    heldBack,
  }
}

/** The plans that need no look at single names, which are nearly all. */
function planQuickly(
  { subscription, view, ledger, request }: TypeState,
  { target, latest, pushed, diff, heldBack }: PushFacts,
): ContentPlan | undefined {
  if (view.overrides.size > 0 || ledger.nacked.length > 0 || heldBack.size > 0) return undefined
  const common = { target, pushed, overrides: NO_OVERRIDES, nacked: [] }
  if (request.names.size === 0 && diff.removed.length === 0) {
    return { ...common, upserts: subscribedAmong(diff.changed, subscription), removed: [] }
  }
  // A client without resources gets its whole subscription. Clients with equal subscriptions share one list.
  if (view.base.resources.size === 0 && isSameContent(target, latest)) {
    const removed = selectNames(target, request.names).absent
    return { ...common, upserts: subscribedIn(target, subscription), removed }
  }
  return undefined
}

/** `gone` are names that the client learns of by their errors only. */
function planByName(
  typeState: TypeState,
  context: PushContext,
  facts: PushFacts,
): { readonly plan: ContentPlan; readonly gone: readonly string[] } {
  const { ledger, request, subscription } = typeState
  const { target, latest, pushed } = facts
  const look = nameLook(typeState, context, facts)
  const standing = ledger.nacked.filter((response) => isStanding(response, look))
  const nacked = [...standing, ...ledger.nacked.filter(({ isAmbiguous }) => isAmbiguous)]
  // A name is in one of them at most: the newest NACK of a name counts.
  const nackedVersions = new Map(standing.flatMap(({ content }) => [...content]))
  const isNacked = (name: string, wanted: Resource | undefined) =>
    nackedVersions.has(name) && nackedVersions.get(name) === wanted?.version
  const names = new PlannedNames(target)
  for (const name of candidates(typeState, facts)) {
    if (!isSubscribed(subscription, name)) continue
    const { wanted, held, mustWait, isRemovable } = look(name)
    const decision = decide({
      held: caseOf(held, wanted),
      isWanted: wanted !== undefined,
      isRequested: covers(request.names, name),
      isNacked: isNacked(name, wanted),
      mustWait,
      isRemovable,
    })
    names.add(name, decision, held, wanted)
  }
  const { upserts, restored, removed, gone, overrides } = names
  const isWhole = restored.length === 0 && upserts.length === latest.resources.size && target === latest
  const all = isWhole ? latest.list : shareList([...upserts, ...restored])
  return { plan: { target, pushed, upserts: all, removed, overrides, nacked }, gone }
}

interface NameFacts {
  readonly wanted: Resource | undefined
  readonly held: Held
  readonly mustWait: boolean
  readonly isRemovable: boolean
}

/** Looks up the facts about a name. */
function nameLook(
  { view, request }: TypeState,
  context: PushContext,
  { target, latest, heldBack }: PushFacts,
): (name: string) => NameFacts {
  // A client that reports nothing is answered with everything, and one that does not say what it has as a whole.
  const isNew = request.isFirst && (!request.reports || view.hasUnlisted === true)
  const isClosed = !context.isStageOpen || !isSameContent(target, latest)
  return (name) => {
    const isRequested = covers(request.names, name)
    // A name that was answered ahead of the pushes keeps its content until they catch up: older content must not follow newer.
    const isAhead = isClosed && view.overrides.has(name)
    const wanted = (isRequested ? latest : target).resources.get(name)
    const held = heldIn(view, name, request.added)
    return {
      wanted,
      held,
      mustWait: !isRequested && !isNew && (isAhead || heldBack.has(name)),
      // What is wanted is not removed, and what the client lacks is not used, so nobody has to look who uses it.
      isRemovable: wanted !== undefined || isNothing(held) || context.isRemovable(name),
    }
  }
}

/** Whether nothing that a NACK means has changed. Once something has, the rest of the response is sent again with it. */
function isStanding(
  { content, blamed, isReleased }: NackedResponse,
  look: (name: string) => NameFacts,
): boolean {
  const isSame = ([name, version]: readonly [string, string | undefined]) =>
    !blamed.has(name) || nextVersion(look(name), version) === version
  return !isReleased && [...content].every(isSame)
}

function nextVersion(
  { wanted, held, mustWait, isRemovable }: NameFacts,
  nackedVersion: string | undefined,
): string | undefined {
  if (mustWait) return nackedVersion
  if (isRemovable) return wanted?.version
  return ackedResource(held)?.version
}

function caseOf(held: Held, wanted: Resource | undefined): HeldCase {
  if (isExactly(held, wanted)) return wanted === undefined ? 'absent' : 'same'
  switch (held.kind) {
    case 'resource':
      return 'other'
    case 'unconfirmed':
      return ackedResource(held) === undefined ? 'unknown' : 'unconfirmed'
    default:
      return held.kind
  }
}

/** Names that may need something, each once: those that differ, and those that the client asked for. */
function candidates({ view, request }: TypeState, { diff, target, latest }: PushFacts): Set<string> {
  const names = new Set<string>()
  for (const { name } of diff.changed) names.add(name)
  for (const list of [diff.removed, view.overrides.keys()]) for (const name of list) names.add(name)
  for (const name of request.names) {
    const members = membersOf(latest, name)
    // A collection without resources is answered by its own name.
    if (members.length === 0) names.add(name)
    for (const member of [...members, ...membersOf(target, name)]) names.add(member.name)
  }
  return names
}

function isSameContent(a: TypeSnapshot, b: TypeSnapshot): boolean {
  return a.contentVersion === b.contentVersion
}
