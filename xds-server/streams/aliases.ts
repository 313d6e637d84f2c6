// Virtual hosts under other names than those that calls ask for: Envoy asks for `ROUTES/HOST`, and the virtual host that serves the
// host may have several domains, or one with an asterisk. The answer is that virtual host, with the asked names as its aliases.
// https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/vhds#subscribing-to-resources

import type { Resource } from '../snapshot/resource.ts'
import { VIRTUAL_HOST } from '../snapshot/resource-type.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { virtualHostFor } from '../snapshot/virtual-host-domains.ts'
import type { Pushed } from '../type-state/pushed.ts'
import { type Aliases, NO_ALIASES } from '../type-state/responses.ts'
import { NO_NAMES, unite, without } from '../type-state/subscription.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { heldIn } from '../type-state/view.ts'

/** Bytes of aliases in one response. Its resources leave that much of the 4 MiB that clients read; the rest follows. */
const MAX_ALIAS_BYTES = 512 * 1024

export interface RequestByDomain {
  readonly hosts: TypeState
  /** Names whose virtual host is still on its way through the stages. They are answered with it. */
  readonly waiting: ReadonlySet<string>
}

/** Requests the virtual hosts that serve the asked names, where these are not their names. */
export function requestByDomain(hosts: TypeState, latest: Snapshot, target: Pushed): RequestByDomain {
  const { request, subscription } = hosts
  const asked = askedNames(hosts, latest)
  const aliases = new Map<string, string[]>()
  const found = new Set<string>()
  const waiting = new Set<string>()
  let bytes = 0
  for (const name of asked) {
    const host = findByDomain(latest, hosts, name)
    if (host === undefined) continue
    found.add(name)
    const isFull = bytes > 0 && bytes + name.length * 3 > MAX_ALIAS_BYTES
    if (isFull || !hasReached(target, host)) {
      waiting.add(name)
      continue
    }
    bytes += name.length * 3
    const known = aliases.get(host.name)
    if (known === undefined) aliases.set(host.name, [name])
    else known.push(name)
  }
  if (found.size === 0) return { hosts, waiting: NO_NAMES }
  const names = unite(without(request.names, found), new Set(aliases.keys()))
  const requested = {
    ...hosts,
    request: { ...request, names, aliases: aliases.size === 0 ? NO_ALIASES : aliases },
  }
  return { hosts: subscription.wildcard ? requested : withOwnNames(requested, latest), waiting }
}

/** The names of an unanswered request that are domains of virtual hosts with other names. */
function findByDomain(latest: Snapshot, { subscription }: TypeState, name: string): Resource | undefined {
  const isAsked = subscription.names.has(name) && !subscription.byAlias?.has(name)
  if (!isAsked || typeIn(latest, VIRTUAL_HOST).resources.has(name)) return undefined
  return virtualHostFor(latest, name)
}

/** A client of all virtual hosts is sent new ones anyway. Another one gets those that begin to serve what it has asked for. */
function askedNames(hosts: TypeState, latest: Snapshot): ReadonlySet<string> {
  const { request, subscription, pushed } = hosts
  if (subscription.wildcard || pushed === 'none') return request.names
  if (typeIn(pushed, VIRTUAL_HOST) === typeIn(latest, VIRTUAL_HOST)) return request.names
  const isNew = (name: string) =>
    virtualHostFor(pushed, name) === undefined && findByDomain(latest, hosts, name) !== undefined
  return unite(request.names, new Set([...subscription.names].filter(isNew)))
}

function hasReached(target: Pushed, { name, version }: Resource): boolean {
  return target !== 'none' && typeIn(target, VIRTUAL_HOST).resources.get(name)?.version === version
}

/**
 * A client by name subscribes to the virtual hosts that it is answered with, so that it gets their changes and removals. Those that
 * are gone are dropped: else the names of a long stream would grow.
 */
function withOwnNames(hosts: TypeState, latest: Snapshot): TypeState {
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
  if (aliases === NO_ALIASES) return {}
  const own = resources.flatMap(({ name }) => {
    const names = aliases.get(name)
    return names ? [[name, names.map((one) => spellings.get(one) ?? one)] as const] : []
  })
  return own.length === 0 ? {} : { aliases: new Map(own) }
}
