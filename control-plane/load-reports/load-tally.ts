// Adds up what nodes report about their calls: for each fleet, and for each node. A node that leaves keeps its counts for a while;
// its open calls and its rate go at once.

import type { Load } from '../../api/schemas/load.ts'
import type { ClusterLoad, LoadEvent, LoadStreamEvent } from '../../xds-server/index.ts'
import { describeNode, describeUpstreams } from './describe-load.ts'
import { EntryBudget } from './entry-budget.ts'
import { type LastReport, LatestLoad } from './latest-load.ts'
import type { FleetLoad, LoadDocument, NodeLoad } from './load-of-fleets.ts'
import { LoadTotals } from './load-totals.ts'
import { upstreamOfCluster } from './upstream-of-cluster.ts'

export interface LoadTallyOptions {
  /** The document in force: only its fleets and upstreams count. */
  readonly document: () => LoadDocument
  readonly intervalMs: () => number
  /** Milliseconds since 1970. Default: the clock. */
  readonly now?: () => number
  /** Localities and endpoints to count apart, for fleets and for nodes. Default: 200,000 and 500,000. */
  readonly limits?: { readonly fleets: number; readonly nodes: number }
}

export interface LoadFilter {
  readonly fleet?: string
  readonly upstream?: string
  /** The id of a node: only its calls. */
  readonly node?: string
}

/** Nodes of a fleet that have left. */
const MAX_LEFT = 1_000
/** About 100 bytes each. */
const LIMITS = { fleets: 200_000, nodes: 500_000 }

export class LoadTally {
  readonly #document: () => LoadDocument
  readonly #intervalMs: () => number
  readonly #now: () => number
  readonly #since: number
  readonly #ofFleets: EntryBudget
  readonly #ofNodes: EntryBudget
  readonly #fleets = new Map<string, FleetLoad>()

  constructor({ document, intervalMs, now = Date.now, limits = LIMITS }: LoadTallyOptions) {
    this.#document = document
    this.#intervalMs = intervalMs
    this.#now = now
    this.#since = now()
    this.#ofFleets = new EntryBudget(limits.fleets)
    this.#ofNodes = new EntryBudget(limits.nodes)
  }

  take(event: LoadEvent): void {
    this.#forgetRemoved()
    if (!Object.hasOwn(this.#document().fleets, event.group)) return
    const fleet = this.#fleetOf(event.group)
    const node = this.#nodeOf(fleet, event.node)
    if (event.kind === 'opened') node.streams.set(event.stream.id, undefined)
    if (event.kind === 'reported') this.#report(fleet, node, event, event.clusters)
    if (event.kind === 'closed') this.#close(fleet, node, event)
  }

  read({ fleet, upstream, node }: LoadFilter = {}): Load {
    this.#forgetRemoved()
    const now = this.#now()
    const isWanted = (name: string) => upstream === undefined || name === upstream
    const upstreams: Load['upstreams'][number][] = []
    const nodes: Load['nodes'][number][] = []
    let isTruncated = false
    for (const [name, { totals, nodes: known }] of [...this.#fleets].sort(byName)) {
      if (fleet !== undefined && name !== fleet) continue
      const wanted = [...known.values()].filter(({ id }) => node === undefined || id === node)
      const latest = new LatestLoad(this.#intervalMs(), now)
      for (const { streams } of wanted) {
        for (const report of streams.values()) if (report !== undefined) latest.add(report, isWanted)
      }
      const counted = node === undefined ? totals : wanted[0]?.totals
      if (counted !== undefined) {
        isTruncated ||= counted.isTruncated
        upstreams.push(...describeUpstreams(name, this.#document(), counted, latest, isWanted))
      }
      for (const one of wanted) nodes.push(describeNode(name, one, this.#intervalMs(), now, isWanted))
    }
    return {
      since: new Date(this.#since).toISOString(),
      intervalMs: this.#intervalMs(),
      ...(isTruncated && { truncated: true as const }),
      upstreams,
      nodes,
    }
  }

  #report(fleet: FleetLoad, node: NodeLoad, { stream }: LoadStreamEvent, all: readonly ClusterLoad[]): void {
    const at = this.#now()
    const { upstreams } = this.#document()
    // An Envoy reports the static clusters of its bootstrap too.
    const clusters = all.map(withUpstreamName).filter(({ cluster }) => Object.hasOwn(upstreams, cluster))
    for (const load of clusters) {
      fleet.totals.add(load.cluster, load, at)
      node.totals.add(load.cluster, load, at)
    }
    node.lastReportAt = at
    this.#replaceLast(node, stream.id, { at, clusters })
  }

  /** Keeps the report unless there is no room for it. */
  #replaceLast(node: NodeLoad, stream: number, report: LastReport | undefined): void {
    this.#ofNodes.giveBack(sizeOf(node.streams.get(stream)))
    const isKept = report !== undefined && this.#ofNodes.take(sizeOf(report))
    node.streams.set(stream, isKept ? report : undefined)
  }

  #close(fleet: FleetLoad, node: NodeLoad, { stream }: LoadStreamEvent): void {
    this.#replaceLast(node, stream.id, undefined)
    node.streams.delete(stream.id)
    if (node.streams.size > 0) return
    // It is now the node that has left last.
    fleet.nodes.delete(node.id)
    fleet.nodes.set(node.id, node)
    const left = [...fleet.nodes.values()].filter(({ streams }) => streams.size === 0)
    for (const one of left.slice(0, Math.max(0, left.length - MAX_LEFT))) this.#forget(fleet, one)
  }

  #forget(fleet: FleetLoad, node: NodeLoad): void {
    for (const report of node.streams.values()) this.#ofNodes.giveBack(sizeOf(report))
    node.totals.clear()
    fleet.nodes.delete(node.id)
  }

  #fleetOf(name: string): FleetLoad {
    const fleet = this.#fleets.get(name) ?? { totals: new LoadTotals(this.#ofFleets), nodes: new Map() }
    this.#fleets.set(name, fleet)
    return fleet
  }

  #nodeOf({ nodes }: FleetLoad, id: string): NodeLoad {
    const node = nodes.get(id) ?? { id, totals: new LoadTotals(this.#ofNodes), streams: new Map() }
    nodes.set(id, node)
    return node
  }

  #checked: LoadDocument | undefined

  /** Fleets and upstreams that are no longer in the document. */
  #forgetRemoved(): void {
    const document = this.#document()
    if (document === this.#checked) return
    this.#checked = document
    const isKnown = (upstream: string) => Object.hasOwn(document.upstreams, upstream)
    for (const [name, fleet] of this.#fleets) {
      const { totals, nodes } = fleet
      if (Object.hasOwn(document.fleets, name)) {
        for (const one of [totals, ...[...nodes.values()].map((node) => node.totals)]) one.keepOnly(isKnown)
        continue
      }
      for (const node of nodes.values()) this.#forget(fleet, node)
      totals.clear()
      this.#fleets.delete(name)
    }
  }
}

function withUpstreamName(load: ClusterLoad): ClusterLoad {
  const upstream = upstreamOfCluster(load.cluster)
  return upstream === load.cluster ? load : { ...load, cluster: upstream }
}

function sizeOf(report: LastReport | undefined): number {
  if (report === undefined) return 0
  return report.clusters.reduce(
    (sum, { localities }) => localities.reduce((all, { endpoints }) => all + 1 + endpoints.length, sum + 1),
    0,
  )
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}
