// Names that a client asks for and whose answer waits. They are sorted anew at each push, by the snapshot of that moment: if what a
// lookup made is gone before its stage, the name is answered like any other that does not exist. waits.md has the table of all cases.

import { membersOf } from '../snapshot/collections.ts'
import type { Resource } from '../snapshot/resource.ts'
import { VIRTUAL_HOST } from '../snapshot/resource-type.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import type { PushContext } from '../type-state/plan-push.ts'
import type { Pushed } from '../type-state/pushed.ts'
import { NO_ALIASES } from '../type-state/responses.ts'
import { NO_NAMES, unite, without } from '../type-state/subscription.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { hasExactly, heldIn } from '../type-state/view.ts'
import { askedNames, findByDomain, withOwnNames } from './aliases.ts'
import { type Step, type StreamState, withTypeState } from './stream.ts'

/** Bytes of aliases in one response. Its resources leave that much of the 4 MiB that clients read; the rest follows. */
const MAX_ALIAS_BYTES = 512 * 1024

/** What the newest snapshot answers a name with: nothing, its resource or those of the collection, or a virtual host that serves it. */
export const ANSWERS = ['nothing', 'itself', 'alias'] as const

export interface WaitFacts {
  readonly answer: (typeof ANSWERS)[number]
  /** The lookup of the name is not over. */
  readonly isLookedUp: boolean
  /** The answer has waited before. */
  readonly hasWaited: boolean
  /** The push leads to the answer, or the client has it. Nothing is an answer too: it takes from the client what it has. */
  readonly isReached: boolean
  /** The response has no room for another alias. */
  readonly isFull: boolean
}

/** What the answer to a name waits for. `none`: the name is answered now. */
export type Wait = 'none' | 'lookup' | 'stage' | 'room'

export function waitOf({ answer, isLookedUp, hasWaited, isReached, isFull }: WaitFacts): Wait {
  if (answer === 'nothing' && isLookedUp) return 'lookup'
  // A request is answered at once, with what exists or that nothing does.
  if (answer !== 'alias' && !hasWaited) return 'none'
  if (!isReached) return 'stage'
  return answer === 'alias' && isFull ? 'room' : 'none'
}

/**
 * The state after a request for names of a type: the answers to those that the snapshot lacks wait for their lookups.
 * @param before the state before the request: names that had to be answered then have been looked up
 */
export function lookUpAbsent(
  before: StreamState,
  state: StreamState,
  typeUrl: string,
): Pick<Step, 'state' | 'lookUp'> {
  const typeState = state.typeStates.get(typeUrl)
  if (typeState === undefined) return { state }
  const { request, subscription, view } = typeState
  const isAbsent = (name: string) =>
    subscription.names.has(name) &&
    answersTo(state.snapshot, typeState, name).length === 0 &&
    heldIn(view, name, request.added).kind === 'absent'
  const asked = without(request.names, before.typeStates.get(typeUrl)?.request.names ?? NO_NAMES)
  const absent = new Set([...asked].filter(isAbsent))
  if (absent.size === 0) return { state }
  const known = state.lookups.get(typeUrl) ?? NO_NAMES
  const names = without(absent, known)
  const waiting = {
    ...request,
    names: without(request.names, absent),
    waiting: unite(request.waiting, absent),
  }
  return {
    state: withLookups(
      withTypeState(state, { ...typeState, request: waiting }),
      typeUrl,
      unite(known, names),
    ),
    ...(names.size > 0 && {
      lookUp: { typeUrl, names, afterReconnect: isRepeated(before, state, typeState) },
    }),
  }
}

/** Whether a client that reconnects asks for what it wanted on its earlier stream. It does so in the first request of each type. */
function isRepeated(before: StreamState, { resumption }: StreamState, { type, request }: TypeState): boolean {
  return !before.typeStates.has(type.typeUrl) && (request.reports || resumption === 'begun')
}

/** The state after the lookup of these names. */
export function withoutLookups(state: StreamState, typeUrl: string, names: ReadonlySet<string>): StreamState {
  return withLookups(state, typeUrl, without(state.lookups.get(typeUrl) ?? NO_NAMES, names))
}

function withLookups(state: StreamState, typeUrl: string, names: ReadonlySet<string>): StreamState {
  return { ...state, lookups: new Map(state.lookups).set(typeUrl, names) }
}

/** Sorts the names of the open request into those that a push answers and those that wait. */
export function sortRequested(
  { lookups }: StreamState,
  typeState: TypeState,
  {
    latest,
    target,
    isStageOpen,
    heldBack,
  }: Pick<PushContext, 'latest' | 'target' | 'isStageOpen' | 'heldBack'>,
): TypeState {
  const { type, request, subscription, view } = typeState
  if (request.waiting.size === 0 && type.typeUrl !== VIRTUAL_HOST) return typeState
  const asked = unite(request.waiting, askedNames(typeState, { latest, target }))
  const lookedUp = lookups.get(type.typeUrl) ?? NO_NAMES
  const names = new Set<string>()
  const waiting = new Set<string>()
  const aliases = new Map<string, string[]>()
  const hasNone = (name: string) => heldIn(view, name, request.added).kind === 'absent'
  // What the client asks for by name is not held back, because without any answer its calls would wait.
  const mayAnswer = (name: string, one: Resource) =>
    !heldBack.has(one.name) || (subscription.names.has(name) && hasNone(one.name))
  const isReached = (name: string, one: Resource) =>
    hasExactly(view, one) || (hasReached(target, one) && mayAnswer(name, one))
  let bytes = 0
  for (const name of asked) {
    const answers = answersTo(latest, typeState, name)
    const [host] = answers
    const isAlias = host !== undefined && type.typeUrl === VIRTUAL_HOST && host.name !== name
    const wait = waitOf({
      answer: host === undefined ? 'nothing' : isAlias ? 'alias' : 'itself',
      isLookedUp: lookedUp.has(name),
      hasWaited: request.waiting.has(name),
      isReached:
        host === undefined ? isStageOpen || hasNone(name) : answers.every((one) => isReached(name, one)),
      isFull: bytes > 0 && bytes + name.length * 3 > MAX_ALIAS_BYTES,
    })
    if (wait !== 'none') waiting.add(name)
    else if (!isAlias) names.add(name)
    else {
      bytes += name.length * 3
      names.add(host.name)
      const known = aliases.get(host.name)
      if (known === undefined) aliases.set(host.name, [name])
      else known.push(name)
    }
  }
  if (waiting.size + aliases.size + request.waiting.size === 0) return typeState
  const sorted = {
    ...typeState,
    request: { ...request, names, waiting, aliases: aliases.size === 0 ? NO_ALIASES : aliases },
  }
  return subscription.wildcard ? sorted : withOwnNames(sorted, latest)
}

/** What the snapshot answers a name with. */
function answersTo(snapshot: Snapshot | undefined, typeState: TypeState, name: string): readonly Resource[] {
  if (snapshot === undefined) return []
  const type = typeIn(snapshot, typeState.type.typeUrl)
  const one = type.resources.get(name) ?? findByDomain(snapshot, typeState, name)
  return one === undefined ? membersOf(type, name) : [one]
}

function hasReached(target: Pushed, { typeUrl, name, version }: Resource): boolean {
  return target !== 'none' && typeIn(target, typeUrl).resources.get(name)?.version === version
}
