// One fleet: its streams of stats, the round that is not complete, and the samples of the last quarter of an hour.
//
// A round has one push of each node. A fixed interval of our own would catch none or two pushes of a node now and then, because
// every node pushes at its own time, and steady traffic would look ragged.

import type { TrafficSample } from '../../api/schemas/traffic.ts'
import type { NodeStats } from './decode-stats.ts'
import { TrafficRound } from './traffic-round.ts'

/** How long samples are kept. */
const KEPT_MS = 15 * 60_000
/** One a second for that time, and some more. */
const MOST_SAMPLES = 1_000
/** A node that has not pushed for this many of its intervals is not waited for. */
const LATE = 2.5

/** One open stream of a node. */
export interface StatsStream {
  readonly id: number
  readonly node: string
  /** When the last push arrived, and when Envoy had taken it, in milliseconds since 1970. */
  readonly arrivedAt: number
  readonly takenAt: number
  /** Between the last two pushes; undefined before the second one. */
  readonly intervalMs?: number
  readonly connections: number
  readonly draining: number
}

export class FleetTraffic {
  readonly #name: string
  readonly #streams = new Map<number, StatsStream>()
  #round = new TrafficRound()
  /** The streams that the round still waits for. */
  readonly #missing = new Set<number>()
  #samples: TrafficSample[] = []
  #rows = 0

  constructor(name: string) {
    this.#name = name
  }

  get streams(): Iterable<StatsStream> {
    return this.#streams.values()
  }

  /** How many calls of a node all samples have together. */
  get rows(): number {
    return this.#rows
  }

  get samples(): readonly TrafficSample[] {
    return this.#samples
  }

  /** Takes a push. @returns the sample that it completes, if it does */
  take(id: number, node: string, stats: NodeStats, now: number): TrafficSample | undefined {
    const before = this.#streams.get(id)
    const { takenAt } = stats
    // Nothing was pushed but who pushes.
    if (takenAt === 0) return undefined
    const intervalMs = before && takenAt > before.takenAt ? takenAt - before.takenAt : undefined
    const stream: StatsStream = {
      id,
      node,
      arrivedAt: now,
      takenAt,
      connections: stats.sums.connections ?? 0,
      draining: stats.sums.draining ?? 0,
      ...(intervalMs !== undefined && { intervalMs }),
    }
    this.#streams.set(id, stream)
    if (intervalMs === undefined) {
      // Nobody knows which interval the first push covers; the next one counts.
      this.#missing.add(id)
      return undefined
    }
    this.#missing.delete(id)
    this.#round.add(id, node, stats, intervalMs)
    const isComplete = this.#missing.size === 0 || this.#round.coveredMs > LATE * intervalMs
    return isComplete ? this.#complete(now) : undefined
  }

  /** The stream has ended. What it pushed stays in the round. */
  remove(id: number): void {
    this.#streams.delete(id)
    this.#missing.delete(id)
  }

  /** Forgets which node had which calls, in the oldest samples first, until at most `most` rows are left. */
  limitRows(most: number): void {
    if (this.#rows <= most) return
    this.#samples = this.#samples.map((sample) => {
      if (this.#rows <= most) return sample
      this.#rows -= rowsOf(sample)
      return { ...sample, proxies: {} }
    })
  }

  #complete(now: number): TrafficSample {
    const streams = [...this.#streams.values()]
    const sample = this.#round.sample(this.#name, new Date(now).toISOString(), {
      active: streams.reduce((sum, { connections }) => sum + connections, 0),
      draining: streams.reduce((sum, { draining }) => sum + draining, 0),
    })
    this.#round = new TrafficRound()
    for (const { id, arrivedAt, intervalMs = 0 } of streams) {
      if (now - arrivedAt <= LATE * intervalMs) this.#missing.add(id)
      else this.#missing.delete(id)
    }
    this.#samples.push(sample)
    this.#rows += rowsOf(sample)
    const oldest = new Date(now - KEPT_MS).toISOString()
    const isOld = ({ at }: TrafficSample) => at < oldest || this.#samples.length > MOST_SAMPLES
    for (let [first] = this.#samples; first !== undefined && isOld(first); [first] = this.#samples) {
      this.#samples.shift()
      this.#rows -= rowsOf(first)
    }
    return sample
  }
}

function rowsOf({ proxies }: TrafficSample): number {
  return Object.keys(proxies).length
}
