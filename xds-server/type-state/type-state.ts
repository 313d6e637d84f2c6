// What one stream has of one type, and what it is still owed: immutable, and small, because it leans on shared snapshots.

import { EMPTY_LIST, memoizePair, type SharedList, shareList } from '../../core/memo.ts'
import type { Reference } from '../snapshot/references.ts'
import type { Resource } from '../snapshot/resource.ts'
import { type ResourceType, resourceTypeOf } from '../snapshot/resource-type.ts'
import { namesReferredTo, type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { diffTypes, emptyTypeSnapshot, type TypeDiff, type TypeSnapshot } from '../snapshot/type-snapshot.ts'
import { isSubscribed, NOTHING, type Subscription } from './subscription.ts'

/** What a client holds under a name: a resource that was sent, a version that it claims, or nobody knows. */
export type Held = Resource | { readonly version: string } | 'unknown'

/** A response to send, still made of shared parts. */
export interface Response {
  readonly typeUrl: string
  readonly nonce: string
  readonly version: string
  readonly resources: SharedList<Resource>
  /** Those of `resources` that the client did not hold before: all, but in a whole SotW response. */
  readonly news: readonly Resource[]
  /** Names that the client loses by this response; SotW says so by leaving them out. */
  readonly removed: readonly string[]
}

/** A response that was sent and is not answered. */
export interface Flight extends Response {
  /** The snapshot through which all was ACKed before this response; absent where there was none. */
  readonly from: Snapshot | undefined
  /** The snapshot that was sent before this response, which is in effect until it is answered. */
  readonly over: Snapshot | undefined
}

/** A response that the client refused. What stood in it may be in effect there or not, until a later ACK. */
export interface Refusal {
  readonly nonce: string
  readonly version: string
  readonly from: Snapshot | undefined
  readonly over: Snapshot | undefined
  readonly code: number
  readonly message: string
  /** Refused content: name → version, absent where the name was removed. */
  readonly content: ReadonlyMap<string, string | undefined>
  /** Other content for some of its names was on its way already. */
  readonly isOvertaken: boolean
}

export interface Delivery {
  readonly type: ResourceType
  readonly subscription: Subscription
  /** Of what it is subscribed to, the client holds this content… */
  readonly base: TypeSnapshot
  /** …but for these names. */
  readonly apart: ReadonlyMap<string, Held>
  /** Names that must be answered whatever the client holds. */
  readonly owed: ReadonlySet<string>
  /** The first request of the type waits for its answer. */
  readonly answerDue: boolean
  /** All of this snapshot that concerns the stream was sent. */
  readonly pushed: Snapshot | undefined
  /** The nonce of the last response, empty before there was one. */
  readonly lastNonce: string
  /** SotW: the version that a reconnecting client claims to hold, until its first request is answered. */
  readonly claim: string | undefined
  /** SotW: the names as they stood in the last request; the same list again changes nothing. */
  readonly listed: SharedList<string>
  /** The version that the client last accepted. */
  readonly ackedVersion: string | undefined
  readonly flights: readonly Flight[]
  readonly refusals: readonly Refusal[]
}

export function createDelivery(typeUrl: string): Delivery {
  return {
    type: resourceTypeOf(typeUrl),
    subscription: NOTHING,
    base: emptyTypeSnapshot(typeUrl),
    apart: new Map(),
    owed: none,
    answerDue: true,
    pushed: undefined,
    lastNonce: '',
    claim: undefined,
    listed: EMPTY_LIST,
    ackedVersion: undefined,
    flights: [],
    refusals: [],
  }
}

/** When a response is computed: what is newest, how far pushes may go, and which names may be taken away. */
export interface Moment {
  readonly latest: Snapshot
  readonly limit: Snapshot | undefined
  readonly isRemovable: (typeUrl: string, name: string) => boolean
  /** What is taken away, or was refused, by a response that is not ACKed. */
  readonly unsettled: () => Iterable<Reference>
}

export interface Due {
  readonly upserts: SharedList<Resource>
  readonly removed: readonly string[]
  /** The delivery once these are sent. */
  readonly after: Delivery
}

/** What is to be sent now: answers from the newest snapshot, pushes no further than the limit. */
export function computeDue(delivery: Delivery, moment: Moment): Due {
  const { type, subscription, base, apart, owed } = delivery
  const latest = typeIn(moment.latest, type.typeUrl)
  const goal = goalOf(delivery, moment)
  const target = goal === undefined ? base : typeIn(goal, type.typeUrl)
  const isPinned = target.contentVersion !== latest.contentVersion
  const diff = diffTypes(base, target)
  // What was answered ahead of the pushes stays until they have caught up: older content must not follow newer.
  const isAhead = (name: string) => isPinned && apart.has(name) && !owed.has(name)
  const wantedOf = (name: string) => (owed.has(name) ? latest : target).resources.get(name)
  const destined = (refusal: Refusal, name: string): Held | undefined => {
    const wanted = wantedOf(name)
    if (wanted !== undefined || moment.isRemovable(type.typeUrl, name)) return wanted
    // What was refused last must not be repeated: what is still in use goes back to what it was.
    return acceptedBefore(refusal, type, name)
  }
  const touched = delivery.refusals.filter((refusal) =>
    isTouched(refusal, (name) =>
      isAhead(name) ? refusal.content.get(name) : versionOf(destined(refusal, name)),
    ),
  )
  const after = {
    ...delivery,
    base: target,
    owed: none,
    answerDue: false,
    claim: undefined,
    pushed: goal ?? delivery.pushed,
  }
  if (apart.size === 0 && touched.length === 0) {
    if (owed.size === 0 && diff.removed.length === 0) {
      return { upserts: subscribedAmong(diff.changed, subscription), removed: [], after }
    }
    // A client that holds nothing is sent what it asks for: the same list for all who ask for the same.
    if (base.resources.size === 0 && !isPinned) {
      const removed = selectNames(target, owed).absent
      return { upserts: subscribedIn(target, subscription), removed, after }
    }
  }

  const upserts: Resource[] = []
  const restored: Resource[] = []
  const removed: string[] = []
  const keptApart = new Map<string, Held>()
  for (const name of candidates(delivery, diff, touched)) {
    if (!isSubscribed(subscription, name)) continue
    const refusal = touched.find(({ content }) => content.has(name))
    const held = refusal ? acceptedBefore(refusal, type, name) : (apart.get(name) ?? base.resources.get(name))
    const isOwed = owed.has(name)
    const wanted = wantedOf(name)
    if (isAhead(name)) {
      keptApart.set(name, (refusal ? undefined : held) ?? 'unknown')
    } else if (isOwed || refusal !== undefined || !isHeld(held, wanted)) {
      if (wanted !== undefined) {
        upserts.push(wanted)
        if (!isHeld(wanted, target.resources.get(name))) keptApart.set(name, wanted)
      } else if (isKeepable(held, isOwed) && !moment.isRemovable(type.typeUrl, name)) {
        if ((isOwed || refusal) && isResource(held)) restored.push(held)
        keptApart.set(name, held)
      } else {
        removed.push(name)
      }
    }
  }
  const refusals =
    touched.length === 0 ? delivery.refusals : delivery.refusals.filter((one) => !touched.includes(one))
  const isWhole = restored.length === 0 && upserts.length === latest.resources.size && target === latest
  const all = isWhole ? latest.list : shareList([...upserts, ...restored])
  return { upserts: all, removed, after: { ...after, apart: keptApart, refusals } }
}

/** Asking for everything anew is answered with everything, and with what is gone of that which the client had. */
export function fromNothing(delivery: Delivery): Delivery {
  const { type, subscription, base, apart } = delivery
  const had = [...base.resources.names(), ...apart.keys()].filter((name) => isSubscribed(subscription, name))
  const unknown = new Map(had.map((name) => [name, 'unknown' as const]))
  return { ...delivery, base: emptyTypeSnapshot(type.typeUrl), apart: unknown, answerDue: true }
}

/** Whether the stream wants anything of the type: one that it gave up is not waited for. */
export function isActive({ subscription }: Delivery): boolean {
  return subscription.wildcard || subscription.names.size > 0
}

const none: ReadonlySet<string> = new Set()

/** The snapshot that a send brings the client to: never one that is older than what it was sent. */
function goalOf({ type, answerDue, pushed }: Delivery, moment: Moment): Snapshot | undefined {
  const { latest, limit, unsettled } = moment
  if (answerDue) return latest
  if (limit === undefined || (pushed !== undefined && limit.sequence <= pushed.sequence)) return pushed
  if (limit === latest) return latest
  // What is superseded already is passed over: what it refers to may be gone again, or refused.
  const target = typeIn(limit, type.typeUrl)
  const isCurrent = target.contentVersion === typeIn(latest, type.typeUrl).contentVersion
  if (!isCurrent) return pushed
  const needed = namesReferredTo(target)
  for (const { typeUrl, name } of unsettled()) if (needed.get(typeUrl)?.has(name)) return pushed
  return limit
}

/** The content that the client had accepted under a name when it refused another, where it had. */
function acceptedBefore({ from }: Refusal, { typeUrl }: ResourceType, name: string): Held {
  return (from && typeIn(from, typeUrl).resources.get(name)) ?? 'unknown'
}

/** Other content came for one of the refused names: the rest of the refused response may be tried again with it. */
export function isTouched(
  { content, isOvertaken }: Refusal,
  servedVersion: (name: string) => string | undefined,
): boolean {
  return isOvertaken || [...content].some(([name, version]) => servedVersion(name) !== version)
}

function* candidates(
  { apart, owed }: Delivery,
  diff: TypeDiff,
  touched: readonly Refusal[],
): Iterable<string> {
  const seen = new Set<string>()
  const once = function* (names: Iterable<string>) {
    for (const name of names) {
      if (seen.has(name)) continue
      seen.add(name)
      yield name
    }
  }
  for (const { name } of diff.changed) yield* once([name])
  yield* once(diff.removed)
  yield* once(apart.keys())
  yield* once(owed)
  for (const { content } of touched) yield* once(content.keys())
}

/** What is gone but in use can be kept; where an answer is owed, only if it can be sent. */
function isKeepable(held: Held | undefined, isOwed: boolean): held is Held {
  return held !== undefined && (!isOwed || isResource(held))
}

/** Whether its content is at hand, not only its version. */
export function isResource(held: Held): held is Resource {
  return held !== 'unknown' && 'value' in held
}

function versionOf(held: Held | undefined): string | undefined {
  return held === 'unknown' ? undefined : held?.version
}

function isHeld(held: Held | undefined, wanted: Resource | undefined): boolean {
  if (held === 'unknown') return false
  return held?.version === wanted?.version
}

/** The list itself where nothing is left out, so that its encoding stays shared. */
function subscribedAmong(
  resources: SharedList<Resource>,
  { wildcard, names }: Subscription,
): SharedList<Resource> {
  if (wildcard) return resources
  const kept = resources.filter(({ name }) => names.has(name))
  return kept.length === resources.length ? resources : shareList(kept)
}

/** All of a type that a subscription asks for, in the order of the names; one list for all with the same names. */
export function subscribedIn(type: TypeSnapshot, { wildcard, names }: Subscription): SharedList<Resource> {
  return wildcard ? type.list : selectNames(type, names).present
}

const selectNames = memoizePair((type: TypeSnapshot, names: ReadonlySet<string>) => {
  const absent = [...names].filter((name) => !type.resources.has(name))
  const isAll = names.size - absent.length === type.resources.size
  const present = isAll ? type.list : shareList(type.list.filter(({ name }) => names.has(name)))
  return { present, absent }
})

/** Every snapshot of which the client may have this type in effect: what was sent, and what that builds on until it is ACKed. */
export function snapshotsInUse({ pushed, flights, refusals }: Delivery): readonly (Snapshot | undefined)[] {
  return [pushed, ...[...flights, ...refusals].flatMap(({ from, over }) => [from, over])]
}

/** The snapshot through which the client has ACKed all of this type; what it refused does not count. */
export function ackedThrough(delivery: Delivery): Snapshot | undefined {
  return earliest(snapshotsInUse(delivery))
}

/** What the next response builds on: the flights before it are waited for on their own. */
export function groundOf(delivery: Delivery): Snapshot | undefined {
  return ackedThrough({ ...delivery, flights: [] })
}

/** The oldest of some snapshots; absent where one of them is. */
export function earliest(snapshots: readonly (Snapshot | undefined)[]): Snapshot | undefined {
  let oldest: Snapshot | undefined
  for (const snapshot of snapshots) {
    if (snapshot === undefined) return undefined
    if (oldest === undefined || snapshot.sequence < oldest.sequence) oldest = snapshot
  }
  return oldest
}

/** The response that a nonce answers; absent where no such response waits for an answer. */
export function findFlight(delivery: Delivery, nonce: string): Flight | undefined {
  return delivery.flights.find((flight) => flight.nonce === nonce)
}

/** The delivery after an ACK, which speaks for every name in its response. */
export function acceptFlight(delivery: Delivery, flight: Flight): Delivery {
  const accepted = {
    ...delivery,
    ackedVersion: flight.version,
    flights: delivery.flights.filter((one) => one !== flight),
  }
  if (delivery.refusals.length === 0) return accepted
  const settled = new Set(namesIn(flight))
  return withoutRefused(accepted, (name) => settled.has(name))
}

/** The delivery after a NACK. What a later response brought again in other content is left to that one's answer. */
export function refuseFlight(
  delivery: Delivery,
  flight: Flight,
  error: { readonly code: number; readonly message: string },
): Delivery {
  // What was sent after it is no ground either until it is ACKed itself.
  const flights = delivery.flights
    .filter((one) => one !== flight)
    .map((one) => ({ ...one, from: earliest([one.from, flight.from]) }))
  const later = new Map(delivery.flights.slice(delivery.flights.indexOf(flight) + 1).flatMap(changesIn))
  const changes = changesIn(flight)
  const content = new Map(
    changes.filter(([name, version]) => !later.has(name) || later.get(name) === version),
  )
  if (content.size === 0) return { ...delivery, flights }
  const { nonce, version, from, over } = flight
  const isOvertaken = content.size < changes.length
  const refusal: Refusal = { nonce, version, from, over, content, isOvertaken, ...error }
  return { ...delivery, flights, refusals: [...delivery.refusals, refusal] }
}

/** Forgets the refusal of names; a refusal of which nothing is left goes. */
export function withoutRefused(delivery: Delivery, isSettled: (name: string) => boolean): Delivery {
  const refusals = delivery.refusals
    .map((refusal) => ({
      ...refusal,
      content: new Map([...refusal.content].filter(([name]) => !isSettled(name))),
    }))
    .filter(({ content }) => content.size > 0)
  return { ...delivery, refusals }
}

/** Every name that a response spoke of. */
export function namesIn({ resources, removed }: Pick<Flight, 'resources' | 'removed'>): string[] {
  return [...resources.map(({ name }) => name), ...removed]
}

/** What a response brings: name → version, absent where the name goes. */
function changesIn({ news, removed }: Flight): readonly (readonly [string, string | undefined])[] {
  return [
    ...news.map(({ name, version }) => [name, version] as const),
    ...removed.map((name) => [name, undefined] as const),
  ]
}
