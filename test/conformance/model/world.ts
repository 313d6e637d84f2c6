// What the fleet is served, in a form that is quick to change at random and consistent after each change.

import type { Message } from '@bufbuild/protobuf'
import {
  createResources,
  type Resource,
  type ResourceError,
  type ResourceInput,
} from '../../../xds-server/index.ts'
import {
  CLUSTER,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTE,
  RUNTIME,
  VIRTUAL_HOST,
} from '../../../xds-server/snapshot/resource-type.ts'
import {
  assignment,
  cluster,
  httpListener,
  routes,
  secret,
  staticCluster,
  tcpListener,
  vhdsRoutes,
} from '../../support/resources.ts'
import { filter, hostTo, layer, MESSAGES, withFilter } from './discovered.ts'

export const CLUSTERS = ['a', 'b', 'c'] as const
export const LISTENERS = ['l', 'm'] as const
export const SECRETS = ['s', 't'] as const
/** Configurations of filters, by ECDS. */
export const FILTERS = ['f', 'g'] as const
/** Runtime layers. */
export const LAYERS = ['x', 'y'] as const
/** Virtual hosts: the last serves every host that has none of its own. */
export const HOSTS = ['l/h', 'm/h', 'l/all'] as const
/** Hosts of calls. */
export const CALLED = ['h', 'i'] as const
const FOLDER = 'xdstp://east/envoy.config.cluster.v3.Cluster/pool'
/** Clusters of a glob collection. */
export const POOL = [`${FOLDER}/p`, `${FOLDER}/q`] as const
export const COLLECTION = `${FOLDER}/*`
/**
 * What a history is about. `core`: clusters, endpoints, listeners, routes and secrets. `all`: also virtual hosts on demand,
 * configurations of filters, runtime layers, glob collections, and resources that expire. `aged`: all of this on connections that
 * reach their age, so that the server ends their streams.
 */
export type Types = 'core' | 'all' | 'aged'

export type ClusterName = (typeof CLUSTERS)[number]
export type ListenerName = (typeof LISTENERS)[number]
export type SecretName = (typeof SECRETS)[number]
export type FilterName = (typeof FILTERS)[number]
export type LayerName = (typeof LAYERS)[number]
export type HostName = (typeof HOSTS)[number]
export type PoolName = (typeof POOL)[number]

/** The TTL of everything that expires. */
const TTL_MS = 60_000

/** Contents are numbers. Clients reject these. */
export const BAD_CONTENTS: readonly number[] = [3, 4]

interface ListenerContent {
  /** `vhds`: HTTP whose virtual hosts come on demand. */
  readonly kind: 'tcp' | 'http' | 'vhds'
  readonly cluster: ClusterName
  readonly content: number
  /** An HTTP filter whose configuration is discovered. */
  readonly filter?: FilterName | undefined
}

interface Expiring {
  readonly content: number
  readonly expires: boolean
}

interface Using {
  readonly cluster: ClusterName
  readonly content: number
}

/** An HTTP listener has routes of its name, with content of their own. */
interface ServedListener extends ListenerContent {
  readonly routes: number
}

export interface World {
  readonly clusters: ReadonlyMap<ClusterName, number>
  /** The number of endpoints. A cluster that is missing here is served an empty assignment. */
  readonly endpoints: ReadonlyMap<ClusterName, number>
  readonly listeners: ReadonlyMap<ListenerName, ServedListener>
  readonly secrets: ReadonlyMap<SecretName, number>
  readonly filters: ReadonlyMap<FilterName, Using>
  readonly layers: ReadonlyMap<LayerName, Expiring>
  readonly hosts: ReadonlyMap<HostName, Using & Expiring>
  readonly pool: ReadonlyMap<PoolName, Expiring>
}

export type Change =
  | { readonly set: 'cluster'; readonly name: ClusterName; readonly content: number | undefined }
  | { readonly set: 'endpoints'; readonly name: ClusterName; readonly content: number | undefined }
  | { readonly set: 'listener'; readonly name: ListenerName; readonly content: ListenerContent | undefined }
  | {
      readonly set: 'routes'
      readonly name: ListenerName
      readonly cluster: ClusterName
      readonly content: number
    }
  | { readonly set: 'secret'; readonly name: SecretName; readonly content: number | undefined }
  | { readonly set: 'filter'; readonly name: FilterName; readonly content: Using | undefined }
  | { readonly set: 'layer'; readonly name: LayerName; readonly content: Expiring | undefined }
  | { readonly set: 'host'; readonly name: HostName; readonly content: (Using & Expiring) | undefined }
  | { readonly set: 'pool'; readonly name: PoolName; readonly content: Expiring | undefined }

export const EMPTY_WORLD: World = {
  clusters: new Map(),
  endpoints: new Map(),
  listeners: new Map(),
  secrets: new Map(),
  filters: new Map(),
  layers: new Map(),
  hosts: new Map(),
  pool: new Map(),
}

/** The world after a change. Users of a removed cluster are moved to another one, and a missing cluster that is used is created. */
export function changeWorld(world: World, change: Change): World {
  switch (change.set) {
    case 'cluster':
      return repoint({ ...world, clusters: withEntry(world.clusters, change.name, change.content) })
    case 'endpoints':
      return { ...world, endpoints: withEntry(world.endpoints, change.name, change.content) }
    case 'secret':
      return { ...world, secrets: withEntry(world.secrets, change.name, change.content) }
    case 'listener': {
      const { name, content } = change
      const routesContent = world.listeners.get(name)?.routes ?? 0
      const listener = content && { ...content, routes: routesContent }
      return provide({ ...world, listeners: withEntry(world.listeners, name, listener) })
    }
    case 'routes': {
      const listener = world.listeners.get(change.name)
      if (listener === undefined) return world
      const changed = { ...listener, cluster: change.cluster, routes: change.content }
      return provide({ ...world, listeners: withEntry(world.listeners, change.name, changed) })
    }
    case 'filter': {
      const filters = withEntry(world.filters, change.name, change.content)
      return provide({ ...world, filters, listeners: withoutFilters(world.listeners, filters) })
    }
    case 'host':
      return provide({ ...world, hosts: withEntry(world.hosts, change.name, change.content) })
    case 'layer':
      return { ...world, layers: withEntry(world.layers, change.name, change.content) }
    case 'pool':
      return { ...world, pool: withEntry(world.pool, change.name, change.content) }
  }
}

/** The same world with bad content replaced. */
export function healWorld(world: World): World {
  const heal = (content: number) => (BAD_CONTENTS.includes(content) ? 0 : content)
  const healOne = <T extends { readonly content: number }>(one: T) => ({ ...one, content: heal(one.content) })
  return {
    ...world,
    filters: mapValues(world.filters, healOne),
    layers: mapValues(world.layers, healOne),
    hosts: mapValues(world.hosts, healOne),
    pool: mapValues(world.pool, healOne),
    clusters: mapValues(world.clusters, heal),
    listeners: mapValues(world.listeners, (listener) => ({
      ...listener,
      content: heal(listener.content),
      routes: heal(listener.routes),
    })),
  }
}

export function resourcesOf(world: World): Resource[] {
  const { clusters, endpoints, listeners, secrets, filters, layers, hosts, pool } = world
  return [
    ...[...filters].map(([name, { cluster, content }]) =>
      encode(`filter ${name} ${cluster} ${content}`, () => filter(name, cluster, content)),
    ),
    ...[...layers].map(([name, { content, expires }]) =>
      encode(`layer ${name} ${content}`, () => layer(name, content), expires),
    ),
    ...[...hosts].map(([name, { cluster, content, expires }]) =>
      encode(`host ${name} ${cluster} ${content}`, () => hostTo(name, cluster, content), expires),
    ),
    ...[...pool].map(([name, { content, expires }]) =>
      encode(`pool ${name} ${content}`, () => staticCluster(name, 1000 + content), expires),
    ),
    ...[...clusters].map(([name, content]) =>
      encode(`cluster ${name} ${content}`, () => cluster(name, 1000 + content)),
    ),
    ...[...endpoints].map(([name, content]) =>
      encode(`endpoints ${name} ${content}`, () => assignment(name, ...Array(content).keys())),
    ),
    ...[...listeners].flatMap(([name, listener]) => listenerResources(name, listener)),
    ...[...secrets].map(([name, content]) =>
      encode(`secret ${name} ${content}`, () => secret(name, `${content}`)),
    ),
  ]
}

function listenerResources(
  name: ListenerName,
  { kind, cluster, content, routes, filter }: ServedListener,
): Resource[] {
  if (kind === 'tcp') {
    return [encode(`tcp ${name} ${cluster} ${content}`, () => tcpListener(name, content, cluster))]
  }
  const listener = () => httpListener(name, content)
  return [
    filter === undefined
      ? encode(`http ${name} ${content}`, listener)
      : encode(`http ${name} ${content} ${filter}`, () => withFilter(listener(), filter)),
    kind === 'vhds'
      ? encode(`vhds ${name} ${routes}`, () => vhdsRoutes(name, `${routes}`))
      : encode(`routes ${name} ${cluster} ${routes}`, () => routesWithContent(name, cluster, routes)),
  ]
}

const encoded = new Map<string, Resource>()

/** Histories use the same few contents thousands of times, so each is encoded once. */
function encode(key: string, make: () => Exclude<ResourceInput, Resource>, expires = false): Resource {
  const keyed = expires ? `${key} expires` : key
  const known = encoded.get(keyed)
  if (known !== undefined) return known
  const made = make()
  const input = expires ? { resource: made as Message, ttlMs: TTL_MS } : made
  const [resource] = createResources([input], { messages: MESSAGES })
  if (resource === undefined) throw new TypeError(`no resource was made of "${key}"`)
  encoded.set(keyed, resource)
  return resource
}

/** Type and name of all resources with bad content. */
export function badNames(world: World): { typeUrl: string; name: string }[] {
  const { clusters, listeners, filters, layers, hosts, pool } = world
  const bad = [...clusters].flatMap(([name, content]) => ifBad(content, CLUSTER, name))
  const more = [
    [EXTENSION_CONFIG, filters],
    [RUNTIME, layers],
    [VIRTUAL_HOST, hosts],
    [CLUSTER, pool],
  ] as const
  for (const [typeUrl, contents] of more)
    for (const [name, { content }] of contents) bad.push(...ifBad(content, typeUrl, name))
  for (const [name, { kind, content, routes }] of listeners) {
    bad.push(...ifBad(content, LISTENER, name), ...(kind === 'tcp' ? [] : ifBad(routes, ROUTE, name)))
  }
  return bad
}

function ifBad(content: number, typeUrl: string, name: string) {
  return BAD_CONTENTS.includes(content) ? [{ typeUrl, name }] : []
}

function routesWithContent(name: string, cluster: string, content: number) {
  const configuration = routes(name, cluster)
  configuration.maxDirectResponseBodySizeBytes = content
  return configuration
}

/** Why clusters and listeners are missing, in words that change with the world. */
export function errorsOf({ clusters, listeners }: World): ResourceError[] {
  const absent = (typeUrl: string, names: readonly string[], present: ReadonlyMap<string, unknown>) =>
    names
      .filter((name) => !present.has(name))
      .map((name) => ({ typeUrl, name, code: 5, message: `${name} is not one of ${present.size}` }))
  return [...absent(CLUSTER, CLUSTERS, clusters), ...absent(LISTENER, LISTENERS, listeners)]
}

/** Creates the clusters and configurations of filters that are used and missing. */
function provide(world: World): World {
  const { listeners, hosts } = world
  const filters = new Map(world.filters)
  for (const { filter, cluster } of listeners.values())
    if (filter !== undefined && !filters.has(filter)) filters.set(filter, { cluster, content: 0 })
  const users = [...listeners.values(), ...filters.values(), ...hosts.values()]
  const missing = users.filter(({ cluster }) => !world.clusters.has(cluster))
  return {
    ...world,
    filters,
    clusters: new Map([...world.clusters, ...missing.map(({ cluster }) => [cluster, 0] as const)]),
  }
}

/** Listeners without the filters that have no configuration any more. */
function withoutFilters(listeners: World['listeners'], filters: World['filters']): World['listeners'] {
  return mapValues(listeners, ({ filter, ...listener }) =>
    filter !== undefined && filters.has(filter) ? { ...listener, filter } : listener,
  )
}

/** Moves users of a removed cluster to another one. Without any cluster, all of them are removed. */
function repoint(world: World): World {
  const [other] = world.clusters.keys()
  if (other === undefined) return { ...world, listeners: new Map(), filters: new Map(), hosts: new Map() }
  const move = <T extends { readonly cluster: ClusterName }>(user: T) =>
    world.clusters.has(user.cluster) ? user : { ...user, cluster: other }
  return {
    ...world,
    listeners: mapValues(world.listeners, move),
    filters: mapValues(world.filters, move),
    hosts: mapValues(world.hosts, move),
  }
}

function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V | undefined): ReadonlyMap<K, V> {
  const changed = new Map(map)
  if (value === undefined) changed.delete(key)
  else changed.set(key, value)
  return changed
}

function mapValues<K, V>(map: ReadonlyMap<K, V>, change: (value: V) => V): ReadonlyMap<K, V> {
  return new Map([...map].map(([key, value]) => [key, change(value)]))
}
