// Counts of calls that only grow: of each upstream, of its localities, and of its endpoints.

import type { CallCounts, ClusterLoad, LocalityLoad, MetricLoad } from '../../xds-server/index.ts'
import type { EntryBudget } from './entry-budget.ts'

/** Names of metrics and categories that one entry keeps. Clients and backends choose them. */
const MAX_NAMES = 100

export interface Totals {
  started: number
  ok: number
  errors: number
  readonly metrics: Map<string, { calls: number; sum: number }>
}

export interface LocalityTotals extends Totals {
  readonly locality: LocalityName
  readonly priority: number
}

export interface EndpointTotals extends LocalityTotals {
  readonly address: string
  /** Milliseconds since 1970. */
  reportedAt: number
}

export type LocalityName = Pick<LocalityLoad, 'region' | 'zone' | 'subZone'>

export interface UpstreamTotals extends Omit<Totals, 'metrics'> {
  dropped: number
  readonly droppedBy: Map<string, number>
  /** By `localityKey`. */
  readonly localities: Map<string, LocalityTotals>
  /** By `endpointKey`. */
  readonly endpoints: Map<string, EndpointTotals>
}

/** No name has it. */
const SEPARATOR = '\0'

export function localityKey({
  region,
  zone,
  subZone,
  priority,
}: LocalityName & { priority: number }): string {
  return [region, zone, subZone, priority].join(SEPARATOR)
}

export function endpointKey(locality: string, address: string): string {
  return `${locality}${SEPARATOR}${address}`
}

/** An endpoint that nobody has reported for this time may make room for others. */
const STALE_MS = 600_000
/** Looking for stale endpoints takes a walk over all of them. */
const SWEEP_EVERY_MS = 60_000

/** The upstreams of a fleet, or of one node of it. */
export class LoadTotals {
  readonly upstreams = new Map<string, UpstreamTotals>()
  readonly #budget: EntryBudget
  #sweptAt = Number.NEGATIVE_INFINITY
  /** Some localities or endpoints are not counted apart, because there are too many. */
  isTruncated = false

  constructor(budget: EntryBudget) {
    this.#budget = budget
  }

  /** @param now milliseconds since 1970 */
  add(upstream: string, { localities, dropped, droppedBy }: ClusterLoad, now: number): void {
    const totals = this.upstreams.get(upstream) ?? createUpstream()
    this.upstreams.set(upstream, totals)
    totals.dropped += dropped
    for (const [category, count] of droppedBy) addNamed(totals.droppedBy, category, count)
    for (const load of localities) {
      addCounts(totals, load)
      const key = localityKey(load)
      const { region, zone, subZone, priority } = load
      const place = { locality: { region, zone, subZone }, priority }
      addLoad(
        this.#entryOf(totals.localities, key, () => ({ ...place, ...createTotals() }), now),
        load,
      )
      for (const endpoint of load.endpoints) {
        const { address } = endpoint
        const create = () => ({ address, ...place, ...createTotals(), reportedAt: now })
        const entry = this.#entryOf(totals.endpoints, endpointKey(key, address), create, now)
        addLoad(entry, endpoint)
        if (entry !== undefined) entry.reportedAt = now
      }
    }
  }

  /** Forgets upstreams. */
  keepOnly(isWanted: (upstream: string) => boolean): void {
    for (const [name, { localities, endpoints }] of this.upstreams) {
      if (isWanted(name)) continue
      this.upstreams.delete(name)
      this.#budget.giveBack(localities.size + endpoints.size)
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.keepOnly(() => false)
  }

  #entryOf<Entry>(
    entries: Map<string, Entry>,
    key: string,
    create: () => Entry,
    now: number,
  ): Entry | undefined {
    const known = entries.get(key)
    if (known !== undefined) return known
    if (!this.#budget.take()) {
      this.#sweep(now)
      if (!this.#budget.take()) {
        this.isTruncated = true
        return undefined
      }
    }
    const created = create()
    entries.set(key, created)
    return created
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < SWEEP_EVERY_MS) return
    this.#sweptAt = now
    for (const { endpoints } of this.upstreams.values()) {
      for (const [key, { reportedAt }] of endpoints) {
        if (now - reportedAt < STALE_MS) continue
        endpoints.delete(key)
        this.#budget.giveBack(1)
      }
    }
  }
}

function createTotals(): Totals {
  return { started: 0, ok: 0, errors: 0, metrics: new Map() }
}

function createUpstream(): UpstreamTotals {
  return {
    started: 0,
    ok: 0,
    errors: 0,
    dropped: 0,
    droppedBy: new Map(),
    localities: new Map(),
    endpoints: new Map(),
  }
}

function addCounts(totals: Omit<Totals, 'metrics'>, { started, ok, errors }: CallCounts): void {
  totals.started += started
  totals.ok += ok
  totals.errors += errors
}

function addLoad(
  totals: Totals | undefined,
  load: CallCounts & { readonly metrics: ReadonlyMap<string, MetricLoad> },
): void {
  if (totals === undefined) return
  addCounts(totals, load)
  for (const [name, { calls, sum }] of load.metrics) {
    const metric = totals.metrics.get(name)
    if (metric !== undefined) {
      metric.calls += calls
      metric.sum += sum
    } else if (totals.metrics.size < MAX_NAMES) {
      totals.metrics.set(name, { calls, sum })
    }
  }
}

function addNamed(counts: Map<string, number>, name: string, count: number): void {
  const before = counts.get(name)
  if (before !== undefined) counts.set(name, before + count)
  else if (counts.size < MAX_NAMES) counts.set(name, count)
}
