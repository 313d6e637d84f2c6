// The topology of a fleet: listeners, the rules of their routes, upstreams and backends, and what leads where.

import type { Snapshot } from '../../../../../api/schemas/snapshot.ts'
import { XDS_CLUSTER } from '../../../../../core/bootstrap-cluster.ts'
import { addressOf } from './address.ts'
import { backendsOf, describeCluster, type Health } from './cluster-parts.ts'
import { describeMatch } from './describe-match.ts'
import { at, isPacked, listAt, mapsIn, numberAt, textAt } from './json.ts'
import { CLUSTER, ENDPOINT, LISTENER, ROUTE } from './resource-types.ts'

/** From left to right. */
export const COLUMNS = ['listener', 'rule', 'upstream', 'backend'] as const
export type Column = (typeof COLUMNS)[number]

export interface TopologyItem {
  /** Unique in the topology. */
  readonly id: string
  readonly column: Column
  readonly title: string
  readonly detail: string
  readonly health: Health
  /** Of a backend: its upstream and address, by which load reports name it. */
  readonly backend?: { readonly upstream: string; readonly address: string }
}

export interface TopologyLink {
  readonly from: string
  readonly to: string
  /** The part of the traffic that takes it, 0 to 1, as configured. */
  readonly share: number
  /** Not the way of the traffic itself: an authorizer, keys of an issuer, mirrored requests. */
  readonly aside?: true
}

export interface Topology {
  readonly items: readonly TopologyItem[]
  readonly links: readonly TopologyLink[]
}

/** Where the names of endpoints are: by upstream and address. */
export type EndpointNames = (upstream: string, address: string) => string | undefined

/** @param nameOf names of endpoints in the document; resources have addresses only */
export function topologyOf(snapshot: Snapshot, nameOf: EndpointNames = () => undefined): Topology {
  const items = new Map<string, TopologyItem>()
  const links: TopologyLink[] = []
  const add = (item: TopologyItem) => items.set(item.id, item)
  const resourcesOf = (typeUrl: string) => Object.entries(snapshot[typeUrl]?.resources ?? {})

  const link = (from: string, cluster: string, share: number, aside?: true) => {
    const to = `upstream ${cluster}`
    links.push({ from, to, share, ...(aside && { aside }) })
    if (snapshot[CLUSTER]?.resources[cluster] !== undefined || items.has(to)) return
    // It is in every bootstrap, and not served.
    if (cluster === XDS_CLUSTER) {
      add({
        id: to,
        column: 'upstream',
        title: 'control plane',
        detail: 'takes access logs',
        health: 'healthy',
      })
    } else add({ id: to, column: 'upstream', title: cluster, detail: 'is not served', health: 'missing' })
  }

  const addRules = (from: string, name: string, configuration: unknown) => {
    for (const host of listAt(configuration, 'virtualHosts')) {
      const hostName = textAt(host, 'name') ?? ''
      for (const [index, route] of listAt(host, 'routes').entries()) {
        const id = `rule ${name} ${hostName} ${index}`
        links.push({ from, to: id, share: 1 })
        if (items.has(id)) continue
        const match = describeMatch(at(route, 'match'))
        const title = textAt(route, 'name') || match
        const detail = [title === match ? [] : match, domainsOf(host), actionOf(route)].flat().join(' · ')
        add({ id, column: 'rule', title, detail, health: 'healthy' })
        for (const [cluster, share] of clustersOf(at(route, 'route'))) link(id, cluster, share)
        for (const mirror of listAt(route, 'route', 'requestMirrorPolicies'))
          link(id, textAt(mirror, 'cluster') ?? '', 1, true)
      }
    }
  }

  for (const [name, listener] of resourcesOf(LISTENER)) {
    const id = `listener ${name}`
    const modes = new Set<string>()
    for (const map of mapsIn(listener)) {
      if (isPacked(map, 'TcpProxy')) {
        modes.add('L4')
        for (const [cluster, share] of clustersOf(map)) link(id, cluster, share)
      } else if (isPacked(map, 'HttpConnectionManager')) {
        modes.add('L7')
        const route = textAt(map, 'rds', 'routeConfigName')
        const inline = at(map, 'routeConfig')
        if (inline !== undefined) addRules(id, `${name} inline`, inline)
        if (route !== undefined) addRoute(id, route)
      }
      const called = textAt(map, 'envoyGrpc', 'clusterName') ?? textAt(map, 'httpUri', 'cluster')
      if (called !== undefined) link(id, called, 0, true)
    }
    const place =
      at(listener, 'apiListener') === undefined ? addressOf(at(listener, 'address')) : `xds:///${name}`
    add({ id, column: 'listener', title: name, detail: [...modes, place].join(' · '), health: 'healthy' })
  }

  function addRoute(from: string, name: string): void {
    const configuration = snapshot[ROUTE]?.resources[name]
    if (configuration !== undefined) {
      addRules(from, name, configuration)
      return
    }
    const id = `rule ${name}`
    links.push({ from, to: id, share: 1 })
    add({
      id,
      column: 'rule',
      title: name,
      detail: 'this route configuration is not served',
      health: 'missing',
    })
  }

  for (const [name, cluster] of resourcesOf(CLUSTER)) {
    const id = `upstream ${name}`
    add({ id, column: 'upstream', title: name, detail: describeCluster(cluster), health: 'healthy' })
    for (const member of listAt(cluster, 'clusterType', 'typedConfig', 'clusters'))
      link(id, String(member), 1)
    const service = textAt(cluster, 'edsClusterConfig', 'serviceName') || name
    const isEds = at(cluster, 'edsClusterConfig') !== undefined
    const assignment = isEds ? snapshot[ENDPOINT]?.resources[service] : at(cluster, 'loadAssignment')
    const backends = backendsOf(assignment)
    const weights = backends.reduce((sum, { weight }) => sum + weight, 0)
    for (const { address, weight, ...backend } of backends) {
      const to = `backend ${name} ${address}`
      add({
        id: to,
        column: 'backend',
        title: nameOf(name, address) ?? address,
        ...backend,
        backend: { upstream: name, address },
      })
      links.push({ from: id, to, share: weights === 0 ? 0 : weight / weights })
    }
  }
  return { items: [...items.values()], links: mergeLinks(links) }
}

function domainsOf(host: unknown): readonly string[] {
  const domains = listAt(host, 'domains').map(String)
  return domains.length === 0 || domains.includes('*') ? [] : [domains.join(', ')]
}

function actionOf(route: unknown): readonly string[] {
  const timeout = textAt(route, 'route', 'timeout')
  const answer = numberAt(route, 'directResponse', 'status')
  return [
    ...(answer === undefined ? [] : [`answers ${answer}`]),
    ...(at(route, 'redirect') === undefined ? [] : ['redirects']),
    ...(timeout === undefined || timeout === '0s' ? [] : [`timeout ${timeout}`]),
  ]
}

/** The clusters of a route's action or of a TcpProxy, with the share of each. */
function clustersOf(action: unknown): readonly (readonly [cluster: string, share: number])[] {
  const single = textAt(action, 'cluster')
  if (single !== undefined) return [[single, 1]]
  const weighted = listAt(action, 'weightedClusters', 'clusters')
  const sum = weighted.reduce<number>((total, one) => total + (numberAt(one, 'weight') ?? 0), 0)
  return weighted.map((one) => [
    textAt(one, 'name') ?? '',
    sum === 0 ? 0 : (numberAt(one, 'weight') ?? 0) / sum,
  ])
}

/** A listener with several filter chains leads to the same place several times. */
function mergeLinks(links: readonly TopologyLink[]): readonly TopologyLink[] {
  const merged = new Map<string, TopologyLink>()
  for (const link of links) {
    const key = `${link.from}\n${link.to}`
    const before = merged.get(key)
    if (before === undefined || before.aside === true) merged.set(key, link)
  }
  return [...merged.values()]
}
