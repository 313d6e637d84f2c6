// What the fleet is served, in a form that is quick to change at random and consistent after each change.

import {
  createResources,
  type Resource,
  type ResourceError,
  type ResourceInput,
} from '../../../xds-server/index.ts'
import { CLUSTER, LISTENER, ROUTE } from '../../../xds-server/snapshot/resource-type.ts'
import { assignment, cluster, httpListener, routes, secret, tcpListener } from '../../support/resources.ts'

export const CLUSTERS = ['a', 'b', 'c'] as const
export const LISTENERS = ['l', 'm'] as const
export const SECRETS = ['s', 't'] as const
export type ClusterName = (typeof CLUSTERS)[number]
export type ListenerName = (typeof LISTENERS)[number]
export type SecretName = (typeof SECRETS)[number]

/** Contents are numbers. Clients reject these. */
export const BAD_CONTENTS: readonly number[] = [3, 4]

interface ListenerContent {
  readonly kind: 'tcp' | 'http'
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

export const EMPTY_WORLD: World = {
  clusters: new Map(),
  endpoints: new Map(),
  listeners: new Map(),
  secrets: new Map(),
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
  }
}

/** The same world with bad content replaced. */
export function healWorld(world: World): World {
  const heal = (content: number) => (BAD_CONTENTS.includes(content) ? 0 : content)
  return {
    ...world,
    clusters: mapValues(world.clusters, heal),
    listeners: mapValues(world.listeners, (listener) => ({
      ...listener,
      content: heal(listener.content),
      routes: heal(listener.routes),
    })),
  }
}

export function resourcesOf({ clusters, endpoints, listeners, secrets }: World): Resource[] {
  return [
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
  { kind, cluster, content, routes }: ServedListener,
): Resource[] {
  if (kind === 'tcp') {
    return [encode(`tcp ${name} ${cluster} ${content}`, () => tcpListener(name, content, cluster))]
  }
  return [
    encode(`http ${name} ${content}`, () => httpListener(name, content)),
    encode(`routes ${name} ${cluster} ${routes}`, () => routesWithContent(name, cluster, routes)),
  ]
}

const encoded = new Map<string, Resource>()

/** Histories use the same few contents thousands of times, so each is encoded once. */
function encode(key: string, make: () => ResourceInput): Resource {
  const known = encoded.get(key)
  if (known !== undefined) return known
  const [resource] = createResources([make()])
  if (resource === undefined) throw new TypeError(`no resource was made of "${key}"`)
  encoded.set(key, resource)
  return resource
}

/** Type and name of all resources with bad content. */
export function badNames({ clusters, listeners }: World): { typeUrl: string; name: string }[] {
  const bad = [...clusters].flatMap(([name, content]) => ifBad(content, CLUSTER, name))
  for (const [name, { kind, content, routes }] of listeners) {
    bad.push(...ifBad(content, LISTENER, name), ...(kind === 'http' ? ifBad(routes, ROUTE, name) : []))
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

/** Creates the clusters that are used and missing. */
function provide(world: World): World {
  const missing = [...world.listeners.values()].filter(({ cluster }) => !world.clusters.has(cluster))
  return {
    ...world,
    clusters: new Map([...world.clusters, ...missing.map(({ cluster }) => [cluster, 0] as const)]),
  }
}

/** Moves listeners of a removed cluster to another one. Without any cluster, all listeners are removed. */
function repoint(world: World): World {
  const [other] = world.clusters.keys()
  if (other === undefined) return { ...world, listeners: new Map() }
  const listeners = mapValues(world.listeners, (listener) =>
    world.clusters.has(listener.cluster) ? listener : { ...listener, cluster: other },
  )
  return { ...world, listeners }
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
