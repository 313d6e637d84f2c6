// Envoy waits for the virtual hosts of each new route configuration with VHDS, for 15 s. It asks for them once a stream and without
// names, and a response counts only if it names something of that route configuration. So the virtual hosts follow each such route
// configuration that is sent, and one without virtual hosts gets the removal of `NAME/*`.
// https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/vhds

import { ROUTE, resourceTypeOf, VIRTUAL_HOST } from '../snapshot/resource-type.ts'
import { namesReferredTo, type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { virtualHostFor } from '../snapshot/virtual-host-domains.ts'
import { hostsAmong } from '../snapshot/virtual-hosts.ts'
import type { Response } from '../type-state/responses.ts'
import { unite, without } from '../type-state/subscription.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { hasExactly, heldIn } from '../type-state/view.ts'
import { heldBackNames } from './held-back.ts'
import { stageLimit } from './push-context.ts'
import { type StreamState, withTypeState } from './stream.ts'

/**
 * Requests the virtual hosts of the route configurations that were sent. The client must already subscribe to all of them. Newer ones
 * may need clusters that the client does not have yet, and wait for their stage. Those that lead to a NACKed cluster wait for the
 * answer to it.
 */
export function resendVirtualHosts(
  state: StreamState,
  latest: Snapshot,
  responses: readonly Response[],
): StreamState {
  const hosts = state.typeStates.get(VIRTUAL_HOST)
  if (hosts === undefined || !hosts.subscription.wildcard) return state
  const sent = responses.flatMap(({ changedResources }) => changedResources)
  const all = sent.flatMap(({ references }) =>
    references.filter(({ typeUrl }) => typeUrl === VIRTUAL_HOST).map(({ name }) => name),
  )
  if (all.length === 0) return state
  const type = typeIn(latest, VIRTUAL_HOST)
  const limit = stageLimit(state, latest, { type: resourceTypeOf(ROUTE) })
  const reached = limit === 'none' ? undefined : typeIn(limit, VIRTUAL_HOST).resources
  const mayFollow = (name: string) => reached?.get(name)?.version === type.resources.get(name)?.version
  const { request, view } = hosts
  const heldBack = heldBackNames(state, latest, hosts.type)
  const isHeldBack = (name: string) => {
    const host = type.resources.get(name)
    return heldBack.has(name) && host !== undefined && !hasExactly(view, host)
  }
  const names = all.flatMap((one) => {
    const free = hostsAmong(type, one).filter((name) => !isHeldBack(name))
    return withPlaceholder(one, free)
  })
  const next = new Set(names.filter(mayFollow))
  const later = without(new Set(names), unite(next, request.names))
  const waiting = { ...hosts, request: { ...request, waiting: unite(request.waiting, later) } }
  return withTypeState(state, withRequested(waiting, next))
}

/**
 * The first request of a stream also asks for what Envoy needs beyond its names. With all virtual hosts: for those of route
 * configurations that have none. And for its names whose virtual host is not the reported one or does not serve them: Envoy does not
 * say that a call waits for what it reports.
 */
export function requestAtStart(hosts: TypeState, latest: Snapshot, state: StreamState): TypeState {
  const { request, subscription, view } = hosts
  if (!request.isFirst || hosts.type.typeUrl !== VIRTUAL_HOST) return hosts
  const type = typeIn(latest, VIRTUAL_HOST)
  const isServed = (name: string) => {
    const host = virtualHostFor(latest, name)
    return host?.name === name && hasExactly(view, host)
  }
  const unserved = [...subscription.names].filter((name) => !isServed(name))
  // Envoy also waits for those of a route configuration that is another in the newest snapshot, and may be this one again after it.
  const routes = state.typeStates.get(ROUTE)
  const referring =
    routes === undefined ? latest.types.values() : [...latest.types.values(), routes.view.base]
  const all = subscription.wildcard
    ? [...referring].flatMap((one) => [...(namesReferredTo(one).get(VIRTUAL_HOST) ?? [])])
    : []
  const hostless = all.filter((one) => hostsAmong(type, one).length === 0)
  const waiting = unite(request.waiting, without(new Set(unserved), request.names))
  const asked = withRequested({ ...hosts, request: { ...request, waiting } }, new Set(hostless))
  // Routes may have been sent before the client asked for virtual hosts, which follow them also if it reports them.
  const sent = routes?.ledger.pending ?? []
  return resendVirtualHosts(withTypeState(state, asked), latest, sent).typeStates.get(VIRTUAL_HOST) ?? asked
}

function withPlaceholder(all: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [all] : names
}

function withRequested(state: TypeState, names: ReadonlySet<string>): TypeState {
  if (names.size === 0) return state
  const { request } = state
  return { ...state, request: { ...request, names: unite(request.names, names) } }
}

/** Names that a response tells the client are not there, each in the shape that Envoy needs. */
export interface AbsentHosts {
  /** Removals: the client has or may have them. */
  readonly removed: readonly string[]
  /** Resources without content, which let waiting calls go on. */
  readonly unknown: readonly string[]
}

/**
 * A call that waits for a virtual host goes on only when a resource of its name comes, without content if the host does not exist.
 * Such a resource does not remove what the client has.
 */
export function sortAbsentHosts(before: TypeState, removed: readonly string[]): AbsentHosts {
  const { request, subscription, view } = before
  const unknown = removed.filter((name) => request.names.has(name) && subscription.names.has(name))
  if (unknown.length === 0) return { removed, unknown }
  const isHeld = (name: string) => heldIn(view, name, request.added).kind !== 'absent'
  const asked = new Set(unknown)
  return { removed: removed.filter((name) => !asked.has(name) || isHeld(name)), unknown }
}
