// The rate limiter: Envoy's rate limit service and health on one address.

import { RateLimitService } from '@envoy/xds-protos/envoy/service/ratelimit/v3/rls_pb.js'
import { Server, status } from '@grpc/grpc-js'
import { SwitchyardError } from '../../core/errors.ts'
import { DrainingListener, type ListenAddress, type TcpAddress } from '../draining-listener.ts'
import { addHealth } from '../health.ts'
import { createRegistry, serveMetrics } from '../metrics/metrics-server.ts'
import { serverMetrics } from '../metrics/server-metrics.ts'
import { rejectIf } from '../reject-invalid.ts'
import { addService, RpcStatusError } from '../rpc/index.ts'
import type { CountStore } from './count-store.ts'
import { checkLimits } from './limit-check.ts'
import { LimiterMetrics } from './limiter-metrics.ts'
import { MemoryStore } from './memory-store.ts'
import type { Rules } from './rules.ts'

const STOP_GRACE_MS = 2_000
const NEAR_RATIO = 0.8

export interface RateLimiterOptions {
  readonly listen: ListenAddress
  /** The rules in force; asked for each request. */
  readonly rules: () => Rules
  readonly store: CountStore
  /** Where metrics are served. Default: nowhere. */
  readonly metrics?: TcpAddress
  /** Above which share of a limit hits are near it. Default: 0.8. */
  readonly nearRatio?: number
  /** Milliseconds since 1970. Default: the clock. */
  readonly now?: () => number
}

export interface RateLimiter {
  /** `host:port` or `unix:/path`. */
  readonly address: string
  /** `HOST:PORT`; undefined without metrics. */
  readonly metrics?: string
  /** Sends GOAWAY on all open connections and serves new ones. @returns the number of connections that got GOAWAY */
  drain(): number
  /** Reports NOT_SERVING, gives checks in progress two seconds to end, then closes their connections and the store. */
  close(): Promise<void>
}

/** Errors are those of `DrainingListener.listen`. */
export async function startRateLimiter(options: RateLimiterOptions): Promise<RateLimiter> {
  const { listen, rules, store, nearRatio = NEAR_RATIO, now = Date.now } = options
  const registry = createRegistry()
  const metrics = new LimiterMetrics(registry, () => (store instanceof MemoryStore ? store.forgotten : 0))
  const server = new Server({ interceptors: [serverMetrics(registry, [RateLimitService])] })
  addService(server, RateLimitService, {
    async shouldRateLimit(request) {
      const { domain, descriptors } = request
      rejectIf([
        domain === '' && 'domain: is empty; give the domain of the rules',
        descriptors.length === 0 && 'descriptors: is empty; give at least one descriptor',
      ])
      const onCounted = metrics.counted.bind(metrics)
      try {
        return await checkLimits(request, { rules: rules(), store, now: now(), nearRatio, onCounted })
      } catch (cause) {
        if (!(cause instanceof SwitchyardError) || cause.code !== 'unreachable') throw cause
        metrics.failed()
        throw new RpcStatusError(status.UNAVAILABLE, cause.message, { cause })
      }
    },
  })
  const health = addHealth(server, [RateLimitService.typeName])
  const listener = new DrainingListener(server)
  const address = await listener.listen(listen)
  const served = options.metrics && (await serveMetrics(registry, options.metrics))
  return {
    address,
    ...(served && { metrics: served.address }),
    drain: () => listener.drain(),
    async close() {
      health.stopServing()
      served?.close()
      await listener.close(STOP_GRACE_MS)
      await store.close()
    },
  }
}
