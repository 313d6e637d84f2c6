// What is true now, by the last report of each connected node: calls a second, open calls, and the values of metrics.

import type { CallCounts, ClusterLoad, MetricLoad } from '../../xds-server/index.ts'
import { endpointKey, localityKey } from './load-totals.ts'

/** The last report of a stream. */
export interface LastReport {
  /** Milliseconds since 1970. */
  readonly at: number
  /** With the names of upstreams instead of clusters. */
  readonly clusters: readonly ClusterLoad[]
}

export interface Latest {
  inProgress: number
  perSecond: number
  readonly metrics: Map<string, { calls: number; sum: number }>
}

/** A client that is silent for that many intervals has nothing to report: gRPC C++ sends no empty reports. */
const SILENT_INTERVALS = 3

/** Sums over nodes: of upstreams, localities and endpoints. */
export class LatestLoad {
  readonly #byKey = new Map<string, Latest>()
  readonly #intervalMs: number
  readonly #now: number

  /** @param now milliseconds since 1970 */
  constructor(intervalMs: number, now: number) {
    this.#intervalMs = intervalMs
    this.#now = now
  }

  add({ at, clusters }: LastReport, isWanted: (upstream: string) => boolean = () => true): void {
    for (const { cluster, intervalMs: measuredMs, localities } of clusters) {
      if (!isWanted(cluster)) continue
      const intervalMs = measuredMs || this.#intervalMs
      const isSilent = this.#now - at > SILENT_INTERVALS * Math.max(intervalMs, this.#intervalMs)
      const seconds = isSilent ? Number.POSITIVE_INFINITY : intervalMs / 1_000
      for (const locality of localities) {
        const key = localityKey(locality)
        this.#add([cluster], locality, seconds)
        this.#add([cluster, key], locality, seconds)
        for (const endpoint of locality.endpoints) {
          this.#add([cluster, endpointKey(key, endpoint.address)], endpoint, seconds)
        }
      }
    }
  }

  ofUpstream(upstream: string): Latest {
    return this.#of([upstream])
  }

  /** @param key of a locality or an endpoint */
  of(upstream: string, key: string): Latest {
    return this.#of([upstream, key])
  }

  #of(path: readonly string[]): Latest {
    return this.#byKey.get(JSON.stringify(path)) ?? { inProgress: 0, perSecond: 0, metrics: new Map() }
  }

  #add(
    path: readonly string[],
    load: CallCounts & { readonly metrics: ReadonlyMap<string, MetricLoad> },
    seconds: number,
  ): void {
    const latest = this.#of(path)
    this.#byKey.set(JSON.stringify(path), latest)
    latest.inProgress += load.inProgress
    latest.perSecond += load.started / seconds
    for (const [name, { calls, sum }] of load.metrics) {
      const metric = latest.metrics.get(name) ?? { calls: 0, sum: 0 }
      latest.metrics.set(name, { calls: metric.calls + calls, sum: metric.sum + sum })
    }
  }
}
