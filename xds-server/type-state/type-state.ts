// The state of one resource type on one stream. It is immutable, and small because it refers to shared snapshots.
//
// Its groups live and die together: what the client subscribes to (`subscription`), what it has (`view`), which responses it has
// not answered or has NACKed (`ledger`), how far pushes went (`pushed`), what it asked for and is not answered yet (`request`), and
// why it does not get some names (`sentErrors`).

import { EMPTY_LIST, type SharedList } from '../../core/memo.ts'
import { selectNames } from '../snapshot/collections.ts'
import type { Resource } from '../snapshot/resource.ts'
import { type ResourceType, resourceTypeOf } from '../snapshot/resource-type.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import type { TypeSnapshot } from '../snapshot/type-snapshot.ts'
import { earlier, type Pushed } from './pushed.ts'
import { NOTHING_SENT, type SentErrors } from './resource-errors.ts'
import { type Aliases, EMPTY_LEDGER, type Ledger, NO_ALIASES, type PendingResponse } from './responses.ts'
import { NO_SPELLINGS, type Spellings } from './spellings.ts'
import { NO_NAMES, NOTHING, type Subscription } from './subscription.ts'
import { emptyView, type View } from './view.ts'

export interface OpenRequest {
  /** Names that the client asked for. They are answered even if the client already has them. */
  readonly names: ReadonlySet<string>
  /** Those of `names` and `waiting` that it did not subscribe to before, so that it has nothing under them. */
  readonly added: ReadonlySet<string>
  /** More names that it asked for, whose answer waits. A push sorts them into `names` when that is due. */
  readonly waiting: ReadonlySet<string>
  /** VHDS: names of virtual hosts that are requested under other names. */
  readonly aliases: Aliases
  /** The first request of the type has no response yet. */
  readonly isFirst: boolean
  /** It reports content of an earlier stream. */
  readonly reports: boolean
  /** SotW: the `version_info` that a reconnecting client reported, until its first request is answered. */
  readonly clientVersion: string | undefined
  /** SotW: `resource_names` of the last request. The same list again changes nothing. */
  readonly lastResourceNames: SharedList<string>
  /** SotW: what remains of the subscription after requests with an older nonce. It counts from the next request with the latest nonce. */
  readonly remaining: Subscription | undefined
}

export interface TypeState {
  readonly type: ResourceType
  readonly subscription: Subscription
  readonly view: View
  readonly ledger: Ledger
  readonly pushed: Pushed
  readonly request: OpenRequest
  /** Delta: how names are written to the client. */
  readonly spellings: Spellings
  readonly sentErrors: SentErrors
}

export function createTypeState(typeUrl: string): TypeState {
  return {
    type: resourceTypeOf(typeUrl),
    subscription: NOTHING,
    view: emptyView(typeUrl),
    ledger: EMPTY_LEDGER,
    pushed: 'none',
    request: {
      names: NO_NAMES,
      added: NO_NAMES,
      waiting: NO_NAMES,
      aliases: NO_ALIASES,
      isFirst: true,
      reports: false,
      clientVersion: undefined,
      lastResourceNames: EMPTY_LIST,
      remaining: undefined,
    },
    spellings: NO_SPELLINGS,
    sentErrors: NOTHING_SENT,
  }
}

/** Whether the stream subscribes to anything of the type. Pushes do not wait for ACKs of other types. */
export function isActive({ subscription }: TypeState): boolean {
  return subscription.wildcard || subscription.names.size > 0
}

/** Whether nothing can be due. Most events are ACKs of a push that needs no other, so this check saves most of the work. */
export function isUpToDate(typeState: TypeState, latest: Snapshot): boolean {
  return typeState.pushed === latest && isIdle(typeState)
}

/** Whether the client waits for no answer, and has what it was pushed. */
function isIdle({ request, view, ledger }: TypeState): boolean {
  const isAnswered = !request.isFirst && request.names.size === 0 && request.waiting.size === 0
  return isAnswered && view.overrides.size === 0 && ledger.nacked.length === 0
}

/**
 * Whether the newest snapshot has just what the client has, and nothing else is due. Most types of a push are not what it changes, so
 * this check saves the plan of an empty push.
 */
export function isSameInLatest(typeState: TypeState, latest: Snapshot): boolean {
  const { type, view } = typeState
  return typeIn(latest, type.typeUrl) === view.base && isIdle(typeState)
}

/** The state after a push to this snapshot that changed nothing for the client. */
export function withPushed(typeState: TypeState, pushed: Pushed): TypeState {
  if (pushed === typeState.pushed || pushed === 'none') return typeState
  const { type, view } = typeState
  const base = typeIn(pushed, type.typeUrl)
  return { ...typeState, pushed, view: base === view.base ? view : { ...view, base } }
}

/** All resources of a subscription, ordered by name. Subscriptions with the same set of names share one list. */
export function subscribedIn(type: TypeSnapshot, { wildcard, names }: Subscription): SharedList<Resource> {
  return wildcard ? type.list : selectNames(type, names).present
}

/** Every snapshot that the client may have in effect for this type: the pushed one, and those before un-ACKed responses. */
export function snapshotsInUse({ pushed, ledger }: TypeState): readonly Pushed[] {
  return [pushed, ...ledger.pending.map(({ previous }) => previous)]
}

/** The newest snapshot whose resources of this type the client has answered completely. */
export function answeredThrough({ pushed, ledger }: TypeState): Pushed {
  let through = pushed
  for (const response of ledger.pending)
    if (hasContent(response)) through = earlier(through, response.isAnswer ? 'none' : response.previous)
  return through
}

/** Whether the client has to answer responses that only have errors, and no others. A push that sends nothing need not wait for it. */
export function awaitsOnlyErrors({ ledger }: TypeState): boolean {
  return ledger.pending.length > 0 && !ledger.pending.some(hasContent)
}

/** Nothing waits for the answer to a response that only has errors: it changes nothing at the client. */
function hasContent({ errors, changedResources, removed }: PendingResponse): boolean {
  return errors === undefined || changedResources.length > 0 || removed.length > 0
}
