// What a client will certainly ask for, judged by its subscriptions and by what it is served. It may never ask for other names: a
// mirror or a weight of 0 with gRPC, another virtual host, a cluster or scope on demand, a cluster of the bootstrap.

import { memoize, memoizePair } from '../../core/memo.ts'
import { collectionsIn, covers, membersOf } from './collections.ts'
import { canonicalNames, type ExternalNames, isExternal } from './consistency.ts'
import type { ClientKind, ResourceReference } from './references.ts'
import { CLUSTER, LISTENER, RUNTIME } from './resource-type.ts'
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
    const missing = missingAmong(needed, names).filter((name) => !isExternal(external, typeUrl, name))
    if (missing.length > 0) unasked.set(typeUrl, [...new Set([...(unasked.get(typeUrl) ?? []), ...missing])])
  }
  return unasked
}

/**
 * The types that an Envoy which starts may still ask for: clusters when it has its runtime layers, and listeners when all its clusters
 * are warm. An Envoy without dynamic clusters or listeners never does, and only time tells them apart. An Envoy with listeners and
 * without clusters asks for no clusters: it would have done so first.
 */
export function typesToCome(subscriptions: Subscriptions, snapshot: SnapshotContent): readonly string[] {
  if (subscriptions.has(LISTENER)) return []
  const hasClusters = isOpenEnded(subscriptions.get(CLUSTER))
  const hasOnlyLayers = subscriptions.size === 1 && subscriptions.has(RUNTIME)
  const toCome = hasClusters ? [LISTENER] : hasOnlyLayers ? [CLUSTER, LISTENER] : []
  return toCome.filter((typeUrl) => typeIn(snapshot, typeUrl).resources.size > 0)
}

const ROOTS = [CLUSTER, LISTENER]
const NO_EXTERNAL: ExternalNames = {}
const NOTHING: SubscribedNames = { wildcard: false, names: new Set() }
const GRPC: readonly ClientKind[] = ['grpc-client', 'grpc-server']

/** gRPC asks for its listeners by name. Envoy has a wildcard or a glob collection for them, or a static bootstrap without LDS. */
function listenersOfGrpc(subscriptions: Subscriptions): ReadonlySet<string> | undefined {
  const isEnvoy = ROOTS.some((typeUrl) => isOpenEnded(subscriptions.get(typeUrl)))
  return isEnvoy ? undefined : subscriptions.get(LISTENER)?.names
}

function isOpenEnded(subscribed: SubscribedNames | undefined): boolean {
  return subscribed !== undefined && (subscribed.wildcard || collectionsIn(subscribed.names) !== undefined)
}

/** For an Envoy, names that many share are sets that many share. A type URL may come more than once. */
function certainNames(
  subscriptions: Subscriptions,
  snapshot: SnapshotContent,
  external: ExternalNames,
): Iterable<readonly [string, ReadonlySet<string>]> {
  const listeners = listenersOfGrpc(subscriptions)
  if (listeners !== undefined) return certainForGrpc(snapshot, listeners)(external)
  return [...subscriptions].flatMap(([typeUrl, { wildcard, names }]) => {
    const type = typeIn(snapshot, typeUrl)
    if (!wildcard) return [...askedForInNames(type, names)]
    const own = external[typeUrl]
    return [...(own === undefined ? askedForInAll(type) : askedForInOthers(type, own))]
  })
}

/** One walk for all clients with the same listeners, from there to the endpoints. */
const certainForGrpc = memoizePair((snapshot: SnapshotContent, listeners: ReadonlySet<string>) =>
  memoize((external: ExternalNames) => namesBehind(listeners, snapshot, external)),
)

const askedForInAll = memoize((type: TypeSnapshot) => gatherNames(type.list, isAskedByEnvoy))
const askedForInOthers = memoizePair((type: TypeSnapshot, own: readonly string[]) =>
  gatherNames(
    type.list.filter(({ name }) => !isExternal({ [type.typeUrl]: own }, type.typeUrl, name)),
    isAskedByEnvoy,
  ),
)
const askedForInNames = memoizePair((type: TypeSnapshot, names: ReadonlySet<string>) =>
  gatherNames(
    [...names].flatMap((name) => type.resources.get(name) ?? membersOf(type, name)),
    isAskedByEnvoy,
  ),
)
const missingAmong = memoizePair((needed: ReadonlySet<string>, names: ReadonlySet<string>) =>
  [...needed].filter((name) => !covers(names, name)),
)

function isAskedByEnvoy({ askedBy }: ResourceReference): boolean {
  return askedBy.includes('envoy')
}

/** All names behind the listeners of a gRPC client, along the references that it follows, from resource to resource. */
function namesBehind(
  listeners: ReadonlySet<string>,
  snapshot: SnapshotContent,
  external: ExternalNames,
): NamesByType {
  const found = new Map<string, Set<string>>()
  const seen = new Set<string>()
  const pending = GRPC.flatMap((client) =>
    [...listeners].map((name) => ({ client, typeUrl: LISTENER, name })),
  )
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { client, typeUrl, name } = next
    const key = `${client} ${typeUrl} ${name}`
    if (seen.has(key)) continue
    seen.add(key)
    for (const reference of typeIn(snapshot, typeUrl).resources.get(name)?.references ?? []) {
      if (isExternal(external, reference.typeUrl, reference.name) || !reference.askedBy.includes(client))
        continue
      const names = found.get(reference.typeUrl) ?? new Set()
      found.set(reference.typeUrl, names.add(reference.name))
      pending.push({ client, typeUrl: reference.typeUrl, name: reference.name })
    }
  }
  return found
}
