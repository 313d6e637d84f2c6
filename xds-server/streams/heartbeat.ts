// Heartbeats: they keep resources with a TTL alive at clients that drop them otherwise. A heartbeat is no push: it changes no version,
// nothing waits for its answer, and no status shows it.
// https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#ttl

import { EMPTY_LIST, type SharedList, shareList } from '../../core/memo.ts'
import type { Resource } from '../snapshot/resource.ts'
import { CLUSTER, LISTENER, type ResourceType, RUNTIME } from '../snapshot/resource-type.ts'
import type { Response } from '../type-state/responses.ts'
import { isSubscribed, subscribedAmong } from '../type-state/subscription.ts'
import { isActive, subscribedIn, type TypeState } from '../type-state/type-state.ts'
import { withUnknown } from '../type-state/view.ts'
import { type Expiry, type StreamState, withTypeState } from './stream.ts'

export type HeartbeatDraft = Pick<Response, 'resources' | 'ttls' | 'spellings'>

/** The heartbeat of these resources. Undefined if they have to be sent like resources that the client lacks. */
export type ComposeHeartbeat = (
  typeState: TypeState,
  resources: SharedList<Resource>,
) => HeartbeatDraft | undefined

/**
 * The types whose TTLs are sent in SotW, with those that Switchyard does not know. Envoy 1.40 crashes when routes or endpoints expire
 * that came in SotW. https://github.com/envoyproxy/envoy/issues/24271
 */
const EXPIRING_IN_SOTW: readonly string[] = [CLUSTER, LISTENER, RUNTIME]

/** Whether a client is sent the TTLs of a type. */
export function sendsTtls({ ttls }: StreamState, { schema, typeUrl }: ResourceType): boolean {
  if (ttls !== 'sotw') return ttls === 'delta'
  return schema === undefined || EXPIRING_IN_SOTW.includes(typeUrl)
}

const NO_EXPIRIES: readonly Expiry[] = []

/** What needs heartbeats on a stream now. */
export function expiriesOf(state: StreamState): readonly Expiry[] {
  if (state.ttls === 'none') return NO_EXPIRIES
  return [...state.typeStates.values()].flatMap((typeState) => {
    if (!isActive(typeState) || !sendsTtls(state, typeState.type)) return NO_EXPIRIES
    return ttlsIn(typeState).map((ttlMs) => ({ typeUrl: typeState.type.typeUrl, ttlMs }))
  })
}

/** How many resources of a type expire at the client without heartbeats. */
export function countExpiring(state: StreamState, typeState: TypeState): number {
  if (!sendsTtls(state, typeState.type)) return 0
  return ttlsIn(typeState).reduce((sum, ttlMs) => sum + heldWithTtl(typeState, ttlMs).length, 0)
}

const NO_TTLS: readonly number[] = []

function ttlsIn({ view: { base, overrides } }: TypeState): readonly number[] {
  const { byTtl } = base.resources
  if (byTtl.size === 0 && overrides.size === 0) return NO_TTLS
  const ahead = [...overrides.values()].flatMap((held) =>
    held.kind === 'resource' && held.resource.ttlMs !== undefined ? [held.resource.ttlMs] : [],
  )
  return [...new Set([...byTtl.keys(), ...ahead])]
}

/**
 * The heartbeat of the resources with one TTL. `anew`: the client may have dropped them, so they have to be sent like resources
 * that it lacks. Undefined: the client has none of them.
 */
export function heartbeatFor(
  state: StreamState,
  { typeUrl, ttlMs }: Expiry,
  compose: ComposeHeartbeat,
): Response | 'anew' | undefined {
  const typeState = state.typeStates.get(typeUrl)
  if (typeState === undefined || !sendsTtls(state, typeState.type)) return undefined
  const { lastNonce, pending, ackedVersion } = typeState.ledger
  const resources = heldWithTtl(typeState, ttlMs)
  if (resources.length === 0) return undefined
  const draft = compose(typeState, resources)
  if (draft === undefined || lastNonce === '') return 'anew'
  return {
    ...draft,
    typeUrl,
    nonce: heartbeatNonce(lastNonce, state.nextNonce),
    version: pending.at(-1)?.version ?? ackedVersion ?? typeState.view.base.version,
    changedResources: [],
    removed: [],
  }
}

/** The state after the client may have dropped the resources of a type with this TTL; by default, with any. */
export function withExpired(state: StreamState, typeUrl: string, ttlMs?: number): StreamState {
  const typeState = state.typeStates.get(typeUrl)
  if (typeState === undefined) return state
  const ttls = ttlMs === undefined ? ttlsIn(typeState) : [ttlMs]
  const names = ttls.flatMap((one) => heldWithTtl(typeState, one).map(({ name }) => name))
  return withTypeState(state, { ...typeState, view: withUnknown(typeState.view, names) })
}

/** The resources with this TTL that the client was sent and has not NACKed. */
function heldWithTtl({ view, subscription, request }: TypeState, ttlMs: number): SharedList<Resource> {
  const { base, overrides } = view
  const shared = base.resources.byTtl.get(ttlMs) ?? EMPTY_LIST
  const subscribed = subscribedAmong(shared, subscription)
  if (overrides.size === 0 && request.added.size === 0) return subscribed
  const ahead = [...overrides.values()].flatMap((held) =>
    held.kind === 'resource' && held.resource.ttlMs === ttlMs ? [held.resource] : [],
  )
  const isSent = ({ name }: Resource) => !overrides.has(name) && !request.added.has(name)
  return shareList([...subscribed.filter(isSent), ...ahead])
}

/** All that the client has of its subscription. Undefined if nobody knows that exactly. */
export function allHeld({ view, subscription }: TypeState): SharedList<Resource> | undefined {
  const { base, overrides } = view
  const subscribed = subscribedIn(base, subscription)
  if (overrides.size === 0) return subscribed
  const byName = new Map(subscribed.map((resource) => [resource.name, resource]))
  for (const [name, held] of overrides) {
    if (held.kind === 'resource' && isSubscribed(subscription, name)) byName.set(name, held.resource)
    else if (held.kind === 'resource' || held.kind === 'absent') byName.delete(name)
    else return undefined
  }
  return shareList([...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))
}

/** The nonce of the last response is part of it, so that an answer to a heartbeat counts as an answer to that response. */
function heartbeatNonce(lastNonce: string, count: number): string {
  return `${lastNonce}+${count}`
}

export function isHeartbeatNonce(nonce: string): boolean {
  return nonce.includes('+')
}

/** The nonce of the response before the heartbeat, or of the response itself. */
export function responseNonceOf(nonce: string): string {
  const plus = nonce.indexOf('+')
  return plus === -1 ? nonce : nonce.slice(0, plus)
}
