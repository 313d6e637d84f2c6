// The traffic of a fleet since its last sample: what its nodes have pushed, added up.

import type { TrafficSample } from '../../api/schemas/traffic.ts'
import type { NodeStats } from './decode-stats.ts'
import { percentileMs } from './percentile.ts'

interface Calls {
  calls: number
  errors: number
}

export class TrafficRound {
  readonly #latency = new Map<number, number>()
  readonly #proxies = new Map<string, Calls>()
  /** By stream: how long the pushes of this round cover, in milliseconds. */
  readonly #covered = new Map<number, number>()
  #longestMs = 0

  /** @param coveredMs since the push before it on its stream */
  add(stream: number, node: string, stats: NodeStats, coveredMs: number): void {
    const covered = (this.#covered.get(stream) ?? 0) + coveredMs
    this.#covered.set(stream, covered)
    this.#longestMs = Math.max(this.#longestMs, covered)
    const proxy = this.#proxies.get(node) ?? { calls: 0, errors: 0 }
    this.#proxies.set(node, proxy)
    proxy.calls += stats.sums.calls ?? 0
    proxy.errors += errorsOf(stats)
    for (const [bound, calls] of stats.latency) {
      this.#latency.set(bound, (this.#latency.get(bound) ?? 0) + calls)
    }
  }

  /** The nodes of the round push at their own times, and each covers its own interval: the longest counts. */
  get coveredMs(): number {
    return this.#longestMs
  }

  sample(fleet: string, at: string, connections: TrafficSample['connections']): TrafficSample {
    const proxies = [...this.#proxies].sort(([a], [b]) => (a < b ? -1 : 1))
    const sum = (of: keyof Calls) => proxies.reduce((total, [, proxy]) => total + proxy[of], 0)
    return {
      at,
      fleet,
      seconds: this.coveredMs / 1000,
      calls: sum('calls'),
      errors: sum('errors'),
      p50Ms: rounded(percentileMs(this.#latency, 0.5)),
      p99Ms: rounded(percentileMs(this.#latency, 0.99)),
      connections,
      proxies: Object.fromEntries(proxies),
    }
  }
}

/**
 * By gRPC status where the filter `grpc_stats` counts it. Otherwise the failures that Envoy knows by HTTP: those it answered itself,
 * because no backend did, count at the upstream, and answers of backends that are not gRPC count at both ends. Neither counts what
 * a filter denied before.
 */
function errorsOf({ sums }: NodeStats): number {
  const { grpcOk = 0, grpcFailed = 0, denied = 0, http5xx = 0, upstream5xx = 0 } = sums
  return denied + (grpcOk + grpcFailed > 0 ? grpcFailed : Math.max(http5xx, upstream5xx))
}

function rounded(milliseconds: number | null): number | null {
  return milliseconds === null ? null : Math.round(milliseconds * 100) / 100
}
