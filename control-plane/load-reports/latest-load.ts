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

interface LatestOfUpstream {
  readonly all: Latest
  /** By the key of a locality or an endpoint. */
  readonly parts: Map<string, Latest>
}

/** Sums over nodes: of upstreams, localities and endpoints. */
export class LatestLoad {
  readonly #upstreams = new Map<string, LatestOfUpstream>()
  readonly #intervalMs: number
  readonly #now: number
  readonly #withParts: boolean

  /**
   * @param now milliseconds since 1970
   * @param withParts whether localities and endpoints are wanted too, and not only upstreams
   */
  constructor(intervalMs: number, now: number, { withParts = true } = {}) {
    this.#withParts = withParts
    this.#intervalMs = intervalMs
    this.#now = now
  }

  add({ at, clusters }: LastReport, isWanted: (upstream: string) => boolean = () => true): void {
    for (const load of clusters) {
      if (!isWanted(load.cluster)) continue
      const seconds = this.#secondsOf(at, load)
      const { all, parts } = this.#ofCluster(load.cluster)
      for (const locality of load.localities) {
        addTo(all, locality, seconds)
        if (!this.#withParts) continue
        const key = localityKey(locality)
        addTo(partOf(parts, key), locality, seconds)
        for (const endpoint of locality.endpoints) {
          addTo(partOf(parts, endpointKey(key, endpoint.address)), endpoint, seconds)
        }
      }
    }
  }

  ofUpstream(upstream: string): Latest {
    return this.#upstreams.get(upstream)?.all ?? createLatest()
  }

  /** @param key of a locality or an endpoint */
  of(upstream: string, key: string): Latest {
    return this.#upstreams.get(upstream)?.parts.get(key) ?? createLatest()
  }

  #ofCluster(name: string): LatestOfUpstream {
    const known = this.#upstreams.get(name)
    if (known !== undefined) return known
    const created = { all: createLatest(), parts: new Map<string, Latest>() }
    this.#upstreams.set(name, created)
    return created
  }

  /** Infinite if the client has been silent for so long that it has no rate any more. */
  #secondsOf(at: number, { intervalMs: measuredMs }: ClusterLoad): number {
    const intervalMs = measuredMs || this.#intervalMs
    const isSilent = this.#now - at > SILENT_INTERVALS * Math.max(intervalMs, this.#intervalMs)
    return isSilent ? Number.POSITIVE_INFINITY : intervalMs / 1_000
  }
}

function createLatest(): Latest {
  return { inProgress: 0, perSecond: 0, metrics: new Map() }
}

function partOf(parts: Map<string, Latest>, key: string): Latest {
  const known = parts.get(key)
  if (known !== undefined) return known
  const created = createLatest()
  parts.set(key, created)
  return created
}

function addTo(
  latest: Latest,
  load: CallCounts & { readonly metrics: ReadonlyMap<string, MetricLoad> },
  seconds: number,
): void {
  latest.inProgress += load.inProgress
  latest.perSecond += load.started / seconds
  for (const [name, { calls, sum }] of load.metrics) {
    const metric = latest.metrics.get(name) ?? { calls: 0, sum: 0 }
    latest.metrics.set(name, { calls: metric.calls + calls, sum: metric.sum + sum })
  }
}
