// What an ACK or a NACK changes in the state of a type.

import type { Resource } from '../snapshot/resource.ts'
import { blamedNames } from './blame.ts'
import { type Held, holdingOrAbsent, isExactly, resourcesInEffect, UNKNOWN, unconfirmed } from './held.ts'
import type { NackedResponse, PendingResponse, Response } from './responses.ts'
import { unite } from './subscription.ts'
import type { TypeState } from './type-state.ts'
import { heldIn, type View, withHeld } from './view.ts'

/** NACKed responses of a type beyond which the next ones stay as they are: each makes a plan longer. */
export const MAX_NACKED = 100

/** The pending response with a nonce. Undefined if no pending response has it. */
export function findPending({ ledger }: TypeState, nonce: string): PendingResponse | undefined {
  return ledger.pending.find((pending) => pending.nonce === nonce)
}

/** The state after an ACK, or with an error after a NACK. */
export function settle(
  typeState: TypeState,
  response: PendingResponse,
  error: { readonly code: number; readonly message: string } | undefined,
): TypeState {
  return error === undefined ? ack(typeState, response) : nack(typeState, response, error)
}

/** The state after an ACK, which confirms every name in its response. */
export function ack(typeState: TypeState, response: PendingResponse): TypeState {
  const { ledger } = typeState
  const accepted = {
    ...typeState,
    ledger: {
      ...ledger,
      ackedVersion: response.version,
      pending: ledger.pending.filter((pending) => pending !== response),
      nacked: releasedByAck(typeState),
    },
  }
  if (ledger.nacked.length === 0) return accepted
  const content = contentOf(response.resources, response.removed)
  const isConfirmed = (name: string, version: string | undefined) =>
    content.has(name) && content.get(name) === version
  return withNacked({ ...accepted, view: confirmed(typeState.view, isConfirmed) }, isConfirmed)
}

/** Any answer settles what an earlier NACK left open. */
function unambiguous(nacked: readonly NackedResponse[]): readonly NackedResponse[] {
  return nacked.some(({ isAmbiguous }) => isAmbiguous)
    ? nacked.filter(({ isAmbiguous }) => !isAmbiguous)
    : nacked
}

/** The NACKed responses after an ACK. The client keeps no bad resource of the type any more, so the others are sent again. */
function releasedByAck({ ledger, type }: TypeState): readonly NackedResponse[] {
  const nacked = unambiguous(ledger.nacked)
  return type.keepsNacked ? nacked.map((one) => ({ ...one, isReleased: true })) : nacked
}

/** The view after the client ACKed content that it had NACKed in another response. */
function confirmed(view: View, isConfirmed: (name: string, version: string | undefined) => boolean): View {
  const changes: [string, Held][] = []
  for (const [name, held] of view.overrides) {
    if (held.kind === 'unconfirmed' && isConfirmed(name, held.sent?.version))
      changes.push([name, holdingOrAbsent(held.sent)])
  }
  return changes.length === 0 ? view : withHeld(view, changes)
}

/**
 * The state after a NACK. Names that a later pending response carries with other content are left to that one's answer. If the
 * client says which names it means, the others are sent again at once, so that one bad resource does not hold back its neighbors.
 */
export function nack(
  typeState: TypeState,
  response: PendingResponse,
  error: { readonly code: number; readonly message: string },
): TypeState {
  const { ledger, view } = typeState
  const { suspects, named } = suspectsOf(response, error.message)
  const changes = contentOf(suspects, response.removed)
  const left = unconfirmedBy(response, suspects, named)
  const [pending, later] = withoutNackedIn(ledger.pending, response, left)
  const open = [...changes].filter(([name, version]) => !later.has(name) || later.get(name) === version)
  const after = {
    ...typeState,
    view: withHeld(
      view,
      open.map(([name]) => [name, left.get(name) ?? UNKNOWN] as const),
    ),
    ledger: { ...ledger, pending, nacked: unambiguous(ledger.nacked) },
  }
  const isNamed = ([name]: readonly [string, unknown]) => named.has(name)
  const isSeparable = named.size > 0 && canLeaveOut(response, named, left)
  const content = new Map(isSeparable ? open.filter(isNamed) : open)
  if (content.size === 0) return after
  const { nonce, version } = response
  const isAmbiguous = response.standsForOthers || (!isSeparable && canBeParted(response, ledger.nacked))
  // Something in the response has changed since. Unless the client means the rest, it may accept the rest now.
  const isReleased = isAmbiguous || (open.length < changes.size && !open.some(isNamed))
  const blamed = open.some(isNamed) ? named : new Set(content.keys())
  const nacked: NackedResponse = { nonce, version, ...error, content, blamed, isReleased, isAmbiguous }
  // The newest NACK of a name counts.
  const { ledger: before } = withNacked(after, (name) => content.has(name))
  return { ...after, ledger: { ...before, nacked: [...before.nacked, nacked] } }
}

/**
 * Whether the resources can be sent once more, one by one, to find the bad one. Envoy validates all resources of a response before it
 * applies the first, and those of most types it applies one after the other, up to the first bad one.
 */
function canBeParted(
  { isFullState, changedResources }: Response,
  nacked: readonly NackedResponse[],
): boolean {
  return !isFullState && changedResources.length > 1 && nacked.length < MAX_NACKED
}

/**
 * Whether the others can be sent without these names. A full-state response leaves a name out, or repeats what the client had. It can
 * do neither if that is unknown.
 */
function canLeaveOut(
  { isFullState }: Response,
  names: ReadonlySet<string>,
  left: ReadonlyMap<string, Held>,
): boolean {
  const isUnknown = (name: string) => resourcesInEffect(left.get(name) ?? UNKNOWN) === undefined
  return !isFullState || ![...names].some(isUnknown)
}

interface Suspects {
  readonly suspects: readonly Resource[]
  /** The names that the client means. Empty if that is open. */
  readonly named: ReadonlySet<string>
}

/**
 * What a NACK may be about: what the response changed. A full-state response repeats what the client had by all we know, and the client
 * may name something of that.
 */
function suspectsOf({ isFullState, changedResources, removed, resources }: Response, text: string): Suspects {
  const suspects = changedResources
  const named = blamedNames(text, contentOf(changedResources, removed).keys())
  if (named.size > 0) return { suspects, named }
  if (!isFullState) {
    // A removal cannot be bad, so a response with one resource needs no name.
    const [only] = changedResources
    return { suspects, named: only && changedResources.length === 1 ? new Set([only.name]) : named }
  }
  const repeated = blamedNames(
    text,
    resources.map(({ name }) => name),
  )
  return { suspects: [...suspects, ...resources.filter(({ name }) => repeated.has(name))], named: repeated }
}

/**
 * What the client has, after its NACK, of each name in the response. A NACK of others does not take from it what it had already; one of
 * this very content says that it has something else.
 */
function unconfirmedBy(
  { before, added, removed }: PendingResponse,
  suspects: readonly Resource[],
  named: ReadonlySet<string>,
): ReadonlyMap<string, Held> {
  const after = (name: string, sent: Resource | undefined): [string, Held] => {
    const held = heldIn(before, name, added)
    const hadIt = sent !== undefined && isExactly(held, sent)
    if (hadIt && !named.has(name)) return [name, held]
    return [name, unconfirmed(hadIt ? UNKNOWN : held, sent)]
  }
  return new Map([
    ...suspects.map((resource) => after(resource.name, resource)),
    ...removed.map((name) => after(name, undefined)),
  ])
}

/**
 * The other pending responses, and the content of those after the NACKed one, which do not build on it any more. A name that one of
 * them carries is left to its answer, so those after that one build on what it carries.
 */
function withoutNackedIn(
  pending: readonly PendingResponse[],
  response: PendingResponse,
  left: ReadonlyMap<string, Held>,
): [PendingResponse[], ReadonlyMap<string, string | undefined>] {
  const at = pending.indexOf(response)
  const content = new Map<string, string | undefined>()
  const later = pending.slice(at + 1).map((one) => {
    const still = [...left].filter(([name]) => !content.has(name))
    for (const [name, version] of contentOf(one.changedResources, one.removed)) content.set(name, version)
    return { ...one, before: withHeld(one.before, still) }
  })
  return [[...pending.slice(0, at), ...later], content]
}

/** The state after the client dropped some names: they are no part of NACKed responses any more, and the rest is sent again. */
export function releaseNacked(typeState: TypeState, isDropped: (name: string) => boolean): TypeState {
  const { ledger } = typeState
  const isTouched = ({ blamed }: NackedResponse) => [...blamed].some(isDropped)
  const isConcerned = ({ content }: NackedResponse) => [...content.keys()].some(isDropped)
  if (!ledger.nacked.some(isConcerned)) return typeState
  const released = ledger.nacked.map((one) => (isTouched(one) ? { ...one, isReleased: true } : one))
  return withNacked({ ...typeState, ledger: { ...ledger, nacked: released } }, isDropped)
}

/**
 * The state without some names in its NACKed responses. A NACKed response without names is dropped, and one without any that the client
 * means is sent again: nothing of it is bad by all we know.
 */
function withNacked(
  typeState: TypeState,
  isSettled: (name: string, version: string | undefined) => boolean,
): TypeState {
  const nacked = typeState.ledger.nacked
    .map((one) => {
      const content = new Map([...one.content].filter(([name, version]) => !isSettled(name, version)))
      if (content.size === one.content.size) return one
      const isBlamed = [...content.keys()].some((name) => one.blamed.has(name))
      return { ...one, content, isReleased: one.isReleased || !isBlamed }
    })
    .filter(({ content }) => content.size > 0)
  return { ...typeState, ledger: { ...typeState.ledger, nacked } }
}

/**
 * Responses arrive in order, so an answer to one also answers those before it, as far as it repeats their content. Returns the
 * state, and the response that stands for all of them.
 */
export function supersedeEarlier(typeState: TypeState, last: PendingResponse): [TypeState, PendingResponse] {
  const { ledger } = typeState
  const at = ledger.pending.indexOf(last)
  if (at === 0) return [typeState, last]
  const [first = last, ...rest] = ledger.pending.slice(0, at + 1)
  const merged = rest.reduce(merge, first)
  const pending = [merged, ...ledger.pending.slice(at + 1)]
  return [{ ...typeState, ledger: { ...ledger, pending } }, merged]
}

/** The later response of two, standing for both. */
export function merge(earlier: PendingResponse, later: PendingResponse): PendingResponse {
  const changed = new Set([...earlier.changedResources, ...later.changedResources].map(({ name }) => name))
  const present = new Set(later.resources.map(({ name }) => name))
  const removed = [...new Set([...earlier.removed, ...later.removed])].filter((name) => !present.has(name))
  return {
    ...later,
    before: unansweredView(earlier),
    added: unite(earlier.added, later.added),
    previous: earlier.previous,
    isAnswer: earlier.isAnswer || later.isAnswer,
    changedResources: later.resources.filter(({ name }) => changed.has(name)),
    removed,
    standsForOthers: true,
  }
}

/** What the client has after a response that has no answer of its own: under each name what it had, or what that carried. */
function unansweredView({ before, added, changedResources, removed }: PendingResponse): View {
  const after = (name: string, sent: Resource | undefined): readonly [string, Held] => {
    const held = heldIn(before, name, added)
    return [name, isExactly(held, sent) ? held : unconfirmed(held, sent)]
  }
  return withHeld(before, [
    ...changedResources.map((resource) => after(resource.name, resource)),
    ...removed.map((name) => after(name, undefined)),
  ])
}

/** The content of names: their versions, or undefined for a name that is removed. */
export function contentOf(
  resources: readonly Resource[],
  removed: readonly string[],
): Map<string, string | undefined> {
  const present = resources.map(({ name, version }): [string, string] => [name, version])
  return new Map<string, string | undefined>([
    ...present,
    ...removed.map((name): [string, undefined] => [name, undefined]),
  ])
}
