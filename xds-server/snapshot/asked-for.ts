// What a client will ask for, judged by its subscriptions and by what it is served: names that it certainly asks for, and names
// that it may never ask for.

import { memoize, memoizePair } from '../../core/memo.ts'
import { canonicalNames, type ExternalNames } from './consistency.ts'
import { ANY_NAME, type ClientKind, type Reference, type ResourceReference } from './references.ts'
import { CLUSTER, LISTENER } from './resource-type.ts'
import { gatherNames, type NamesByType, type SnapshotContent, typeIn } from './snapshot.ts'
import type { TypeSnapshot } from './type-snapshot.ts'

/** A client's subscription to one type. */
export interface SubscribedNames {
  readonly wildcard: boolean
  readonly names: ReadonlySet<string>
}

/** By type URL. */
export type Subscriptions = ReadonlyMap<string, SubscribedNames>

export interface AskedForOptions {
  /**
   * Names that the client has from its bootstrap. It does not take such a resource from the server, so it asks for nothing that the
   * resource refers to. An Envoy keeps its static clusters and listeners.
   */
  readonly external?: ExternalNames
}

/**
 * `certain`: every client with these subscriptions asks for the name once it has what it is served. `possible`: it may ask, or
 * never: a mirror or a weight of 0 with gRPC, another virtual host, a cluster or scope on demand, a cluster of the bootstrap.
 * `unrelated`: nothing that it is served refers to the name.
 */
export type Expectation = 'certain' | 'possible' | 'unrelated'

/** Whether a client will ask for a name. It looks at all that the client is served, so it is not for the path of a push. */
export function expectationOf(
  { typeUrl, name }: Reference,
  subscriptions: Subscriptions,
  snapshot: SnapshotContent,
  { external: given = NO_EXTERNAL }: AskedForOptions = {},
): Expectation {
  const external = canonicalNames(given)
  const isIn = (found: NamesByType) =>
    found.get(typeUrl)?.has(name) === true || found.get(typeUrl)?.has(ANY_NAME) === true
  if (isIn(namesWithin(subscriptions, snapshot, external, isAskedBy))) return 'certain'
  if (isIn(namesWithin(subscriptions, snapshot, NO_EXTERNAL, () => true))) return 'possible'
  return typeUrl === LISTENER && maySubscribeToListeners(subscriptions, snapshot) ? 'possible' : 'unrelated'
}

/**
 * The names that the client certainly asks for and has not subscribed to yet, by type URL. It does not have all of its config. For
 * an Envoy these are the names in what it has subscribed to; for gRPC they are all the way from its listeners to its endpoints.
 */
export function unaskedNames(
  subscriptions: Subscriptions,
  snapshot: SnapshotContent,
  { external: given = NO_EXTERNAL }: AskedForOptions = {},
): ReadonlyMap<string, readonly string[]> {
  const external = canonicalNames(given)
  const unasked = new Map<string, readonly string[]>()
  for (const [typeUrl, needed] of certainNames(subscriptions, snapshot, external)) {
    const { wildcard, names } = subscriptions.get(typeUrl) ?? NOTHING
    if (wildcard) continue
    const missing = missingAmong(needed, names).filter((name) => !external[typeUrl]?.includes(name))
    if (missing.length > 0) unasked.set(typeUrl, [...new Set([...(unasked.get(typeUrl) ?? []), ...missing])])
  }
  return unasked
}

/**
 * Whether an Envoy has asked for clusters and may still ask for listeners. An Envoy that starts asks for listeners when all its
 * clusters are warm; one without dynamic listeners never does, and only time tells them apart. An Envoy with listeners and without
 * clusters asks for no clusters: it would have done so first.
 */
export function maySubscribeToListeners(subscriptions: Subscriptions, snapshot: SnapshotContent): boolean {
  const hasClusters = subscriptions.get(CLUSTER)?.wildcard === true
  return hasClusters && !subscriptions.has(LISTENER) && typeIn(snapshot, LISTENER).resources.size > 0
}

const ROOTS = [CLUSTER, LISTENER]
const NO_EXTERNAL: ExternalNames = {}
const NOTHING: SubscribedNames = { wildcard: false, names: new Set() }
const GRPC: readonly ClientKind[] = ['grpc-client', 'grpc-server']

/** gRPC asks for its listeners by name. Envoy has a wildcard for them, or a static bootstrap without LDS. */
function isGrpc(subscriptions: Subscriptions): boolean {
  return subscriptions.has(LISTENER) && !ROOTS.some((typeUrl) => subscriptions.get(typeUrl)?.wildcard)
}

/** For an Envoy, names that many share are sets that many share. A type URL may come more than once. */
function certainNames(
  subscriptions: Subscriptions,
  snapshot: SnapshotContent,
  external: ExternalNames,
): Iterable<readonly [string, ReadonlySet<string>]> {
  if (isGrpc(subscriptions))
    return certainForGrpc(snapshot, subscriptions.get(LISTENER)?.names ?? NOTHING.names)(external)
  return [...subscriptions].flatMap(([typeUrl, { wildcard, names }]) => {
    const type = typeIn(snapshot, typeUrl)
    if (!wildcard) return [...askedForInNames(type, names)]
    const own = external[typeUrl]
    return [...(own === undefined ? askedForInAll(type) : askedForInOthers(type, own))]
  })
}

/** One walk for all clients with the same listeners, from there to the endpoints. */
const certainForGrpc = memoizePair((snapshot: SnapshotContent, names: ReadonlySet<string>) =>
  memoize((external: ExternalNames) => {
    const subscriptions = new Map([[LISTENER, { wildcard: false, names }]])
    return namesWithin(subscriptions, snapshot, external, isAskedBy)
  }),
)

const askedForInAll = memoize((type: TypeSnapshot) => gatherNames(type.list, isAskedByEnvoy))
const askedForInOthers = memoizePair((type: TypeSnapshot, own: readonly string[]) =>
  gatherNames(
    type.list.filter(({ name }) => !own.includes(name)),
    isAskedByEnvoy,
  ),
)
const askedForInNames = memoizePair((type: TypeSnapshot, names: ReadonlySet<string>) =>
  gatherNames(
    [...names].flatMap((name) => type.resources.get(name) ?? []),
    isAskedByEnvoy,
  ),
)
const missingAmong = memoizePair((needed: ReadonlySet<string>, names: ReadonlySet<string>) =>
  [...needed].filter((name) => !names.has(name)),
)

function isAskedBy({ askedBy }: ResourceReference, client: ClientKind): boolean {
  return askedBy.includes(client)
}

function isAskedByEnvoy(reference: ResourceReference): boolean {
  return isAskedBy(reference, 'envoy')
}

/** All names within what a client has subscribed to, along the references that it follows, from resource to resource. */
function namesWithin(
  subscriptions: Subscriptions,
  snapshot: SnapshotContent,
  external: ExternalNames,
  isFollowed: (reference: ResourceReference, client: ClientKind) => boolean,
): NamesByType {
  const found = new Map<string, Set<string>>()
  const seen = new Set<string>()
  const pending = startsOf(subscriptions, snapshot, external)
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { client, typeUrl, name } = next
    const key = `${client} ${typeUrl} ${name}`
    if (seen.has(key)) continue
    seen.add(key)
    for (const reference of referencesOf(typeIn(snapshot, typeUrl), name)) {
      if (external[reference.typeUrl]?.includes(reference.name) || !isFollowed(reference, client)) continue
      const names = found.get(reference.typeUrl) ?? new Set()
      found.set(reference.typeUrl, names.add(reference.name))
      pending.push({ client, typeUrl: reference.typeUrl, name: reference.name })
    }
  }
  return found
}

function referencesOf({ resources }: TypeSnapshot, name: string): readonly ResourceReference[] {
  if (name === ANY_NAME) return resources.unordered().flatMap(({ references }) => references)
  return resources.get(name)?.references ?? []
}

interface Start extends Reference {
  readonly client: ClientKind
}

/** Where a client begins: gRPC at its listeners, Envoy at all that it has subscribed to. */
function startsOf(subscriptions: Subscriptions, snapshot: SnapshotContent, external: ExternalNames): Start[] {
  if (isGrpc(subscriptions)) {
    const names = [...(subscriptions.get(LISTENER)?.names ?? [])]
    return GRPC.flatMap((client) => names.map((name) => ({ client, typeUrl: LISTENER, name })))
  }
  return [...subscriptions].flatMap(([typeUrl, { wildcard, names }]) => {
    const all = typeIn(snapshot, typeUrl).resources.unordered()
    const own = external[typeUrl] ?? []
    const served = wildcard ? all.map(({ name }) => name).filter((name) => !own.includes(name)) : names
    return [...served].map((name) => ({ client: 'envoy' as const, typeUrl, name }))
  })
}
