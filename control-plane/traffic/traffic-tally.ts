// The traffic of all fleets, from the stats that their Envoys push.

import type { Traffic, TrafficSample } from '../../api/schemas/traffic.ts'
import { SwitchyardError } from '../../core/errors.ts'
import type { TelemetryService } from '../../xds-server/index.ts'
import { decodeStats } from './decode-stats.ts'
import { FleetTraffic } from './fleet-traffic.ts'
import { PushRate } from './push-rate.ts'

/** Of Envoy, which calls it `envoy.stat_sinks.metrics_service` in its bootstrap. */
const PATH = '/envoy.service.metrics.v3.MetricsService/StreamMetrics'
/** Said while no node has pushed twice: what `yard bootstrap` sets. */
const USUAL_INTERVAL_MS = 5_000
const MINUTE_MS = 60_000
/** Rows by node in the samples of all fleets together: a hundred nodes for 15 minutes at one a second. About 10 MB. */
const MOST_ROWS = 100_000

export interface TrafficTallyOptions {
  /** Whether the document has a fleet of this name. Pushes of nodes of others are not kept. */
  readonly hasFleet: (name: string) => boolean
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

export class TrafficTally {
  readonly #hasFleet: (name: string) => boolean
  readonly #now: () => number
  readonly #fleets = new Map<string, FleetTraffic>()
  readonly #listeners = new Set<(sample: TrafficSample) => void>()
  #streams = 0

  constructor({ hasFleet, now = Date.now }: TrafficTallyOptions) {
    this.#hasFleet = hasFleet
    this.#now = now
  }

  /** Receives the stats: give it to `startXdsServer`. */
  get service(): TelemetryService {
    return {
      path: PATH,
      open: ({ node, group }) => {
        this.#streams += 1
        const id = this.#streams
        const rate = new PushRate(this.#now())
        return {
          take: (message) => {
            if (!rate.allows(this.#now())) {
              throw new SwitchyardError(
                'invalid-argument',
                'the stats come too often: set stats_flush_interval to a second or more',
              )
            }
            // Envoy would open a closed stream again at once.
            if (this.#hasFleet(group)) this.#take(id, node, group, message)
          },
          close: () => this.#fleets.get(group)?.remove(id),
        }
      },
    }
  }

  /** Calls the listener with each new sample. @returns what ends that */
  onSample(listener: (sample: TrafficSample) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The samples of a fleet or of all, of the last minutes, oldest first. */
  read({ fleet, minutes }: { readonly fleet?: string; readonly minutes?: number } = {}): Traffic {
    const chosen = [...this.#fleets].filter(([name]) => fleet === undefined || name === fleet)
    const since = minutes === undefined ? '' : new Date(this.#now() - minutes * MINUTE_MS).toISOString()
    const samples = chosen.flatMap(([, traffic]) => traffic.samples.filter(({ at }) => at >= since))
    const nodes = chosen.flatMap(([name, { streams }]) =>
      [...streams].map(({ node, arrivedAt }) => ({
        id: node,
        fleet: name,
        lastReportAt: new Date(arrivedAt).toISOString(),
      })),
    )
    return {
      intervalMs: this.#intervalMs(),
      nodes: nodes.sort((a, b) => (a.id < b.id ? -1 : 1)),
      samples: chosen.length > 1 ? samples.sort((a, b) => (a.at < b.at ? -1 : 1)) : samples,
    }
  }

  #take(id: number, node: string, group: string, message: Uint8Array): void {
    const stats = decodeStats(message)
    const fleet = this.#fleets.get(group) ?? this.#addFleet(group)
    const sample = fleet.take(id, node, stats, this.#now())
    if (sample === undefined) return
    const others = [...this.#fleets.values()].reduce((sum, { rows }) => sum + rows, -fleet.rows)
    fleet.limitRows(Math.max(MOST_ROWS - others, rowsOfOne(sample)))
    for (const listener of this.#listeners) listener(sample)
  }

  #addFleet(name: string): FleetTraffic {
    // Those that the document had before.
    for (const known of this.#fleets.keys()) if (!this.#hasFleet(known)) this.#fleets.delete(known)
    const fleet = new FleetTraffic(name)
    this.#fleets.set(name, fleet)
    return fleet
  }

  #intervalMs(): number {
    const intervals = [...this.#fleets.values()].flatMap(({ streams }) =>
      [...streams].flatMap(({ intervalMs }) => intervalMs ?? []),
    )
    return intervals.length === 0 ? USUAL_INTERVAL_MS : Math.round(median(intervals))
  }
}

/** The newest sample keeps its rows, whatever the older ones and other fleets take. */
function rowsOfOne({ proxies }: TrafficSample): number {
  return Object.keys(proxies).length
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
