// Virtual hosts under other names than those that calls ask for: Envoy asks for `ROUTES/HOST`, and the virtual host that serves the
// host may have several domains, or one with an asterisk. The answer is that virtual host, with the asked names as its aliases.
// https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/vhds#subscribing-to-resources

import type { Resource } from '../snapshot/resource.ts'
import { VIRTUAL_HOST } from '../snapshot/resource-type.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { virtualHostFor } from '../snapshot/virtual-host-domains.ts'
import { canonicalName } from '../snapshot/xdstp-name.ts'
import { isExactly } from '../type-state/held.ts'
import type { PushContext } from '../type-state/plan-push.ts'
import { type Aliases, NO_ALIASES } from '../type-state/responses.ts'
import { NO_NAMES, unite, without } from '../type-state/subscription.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { heldIn, withUnknown } from '../type-state/view.ts'

/** The virtual host of another name that serves what a call asks for. */
export function findByDomain(
  latest: Snapshot,
  { type: { typeUrl }, subscription }: TypeState,
  name: string,
): Resource | undefined {
  if (typeUrl !== VIRTUAL_HOST || !subscription.names.has(name) || subscription.byAlias?.has(name))
    return undefined
  return typeIn(latest, VIRTUAL_HOST).resources.has(name) ? undefined : virtualHostFor(latest, name)
}

/**
 * The names of the open request. A client of all virtual hosts is sent new ones anyway; another one gets those that begin to serve
 * what it has asked for.
 */
export function askedNames(
  typeState: TypeState,
  { latest, target }: Pick<PushContext, 'latest' | 'target'>,
): ReadonlySet<string> {
  const { type, request, subscription, pushed, view } = typeState
  if (type.typeUrl !== VIRTUAL_HOST || subscription.wildcard || target === 'none') return request.names
  if (pushed !== 'none' && typeIn(pushed, VIRTUAL_HOST) === typeIn(latest, VIRTUAL_HOST)) return request.names
  // After a reconnect, names may be answered before anything is pushed. What the client has tells which answers the first push brings.
  const had = (name: string, host: Resource) =>
    pushed === 'none'
      ? heldIn(view, host.name).kind !== 'absent' && heldIn(view, name).kind === 'absent'
      : virtualHostFor(pushed, name)?.name === host.name || wasSent(typeState, host, isReplaced(name))
  const isReplaced = (name: string) => target === latest && heldIn(view, name).kind !== 'absent'
  const isNew = (name: string) => {
    const host = findByDomain(latest, typeState, name)
    return host !== undefined && !had(name, host)
  }
  return unite(request.names, new Set([...subscription.names].filter(isNew)))
}

/**
 * Whether a client by name was sent this virtual host, maybe ahead of the pushes, or has NACKed it. It serves all of its hosts then, and
 * until the pushes catch up, every step would send it again.
 * @param isReplaced this push takes the virtual host that the client has under the asked name: only a NACKed answer is not sent with it
 */
function wasSent({ subscription, view }: TypeState, host: Resource, isReplaced: boolean): boolean {
  if (!subscription.names.has(host.name)) return false
  const held = heldIn(view, host.name)
  return held.kind === 'unconfirmed' || held.kind === 'unknown' || (isExactly(held, host) && !isReplaced)
}

/**
 * The state after a client gave up names, or all virtual hosts, and kept some names. With the others it may give up the virtual hosts that
 * serve these names, so that they need their answers again.
 */
export function askAliasesAgain(hosts: TypeState, latest: Snapshot | undefined): TypeState {
  const { type, request, subscription, pushed } = hosts
  const served = latest ?? pushed
  if (type.typeUrl !== VIRTUAL_HOST || subscription.wildcard || served === 'none') return hosts
  const isLeft = (name: string) => {
    const host = findByDomain(served, hosts, name)
    return host !== undefined && !subscription.names.has(host.name)
  }
  const names = [...subscription.names].filter(isLeft)
  if (names.length === 0) return hosts
  return { ...hosts, request: { ...request, waiting: unite(request.waiting, new Set(names)) } }
}

/**
 * The state after a client gave up names while responses were pending. It still takes a virtual host by the response that names it as the
 * answer to a name which the client has kept or asked for again, also if it has dropped that virtual host by its own name.
 */
export function withUnreadAnswers(hosts: TypeState): TypeState {
  const { type, subscription, ledger, view } = hosts
  if (type.typeUrl !== VIRTUAL_HOST || subscription.wildcard || !ledger.isNarrowed) return hosts
  const { names, byAlias = NO_NAMES } = subscription
  const isAnswer = (aliases: readonly string[]) =>
    aliases.some((written) => names.has(canonicalName(written)))
  const unread = new Set<string>()
  for (const { aliases = NO_ALIASES, removed } of ledger.pending) {
    for (const [host, others] of aliases) if (!names.has(host) && isAnswer(others)) unread.add(host)
    for (const name of removed) unread.delete(name)
  }
  if (unread.size === 0) return hosts
  return {
    ...hosts,
    subscription: { ...subscription, names: unite(names, unread), byAlias: unite(byAlias, unread) },
    view: withUnknown(view, unread),
  }
}

/**
 * A client by name subscribes to the virtual hosts that it is answered with, so that it gets their changes and removals. Those that
 * are gone are dropped: else the names of a long stream would grow.
 */
export function withOwnNames(hosts: TypeState, latest: Snapshot): TypeState {
  const { request, subscription, view } = hosts
  const { names, byAlias = NO_NAMES } = subscription
  const own = new Set([...request.aliases.keys()].filter((name) => !names.has(name)))
  if (own.size === 0) return hosts
  const { resources } = typeIn(latest, VIRTUAL_HOST)
  const isGone = (name: string) => !resources.has(name) && heldIn(view, name).kind === 'absent'
  const gone = new Set([...byAlias].filter(isGone))
  return {
    ...hosts,
    subscription: {
      ...subscription,
      names: unite(without(names, gone), own),
      byAlias: unite(without(byAlias, gone), own),
    },
    request: { ...request, added: unite(request.added, own) },
  }
}

/** The aliases that some resources are sent with, as the client wrote them. Undefined without any, so that encoding stays shared. */
export function aliasesFor(
  { request, spellings }: TypeState,
  resources: readonly Resource[],
): { readonly aliases?: Aliases } {
  const { aliases } = request
  // Most responses have none, and may have thousands of resources.
  if (aliases.size === 0) return {}
  const own = resources.flatMap(({ name }) => {
    const names = aliases.get(name)
    return names ? [[name, names.map((one) => spellings.get(one) ?? one)] as const] : []
  })
  return own.length === 0 ? {} : { aliases: new Map(own) }
}
