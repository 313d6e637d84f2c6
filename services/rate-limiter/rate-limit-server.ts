// The rate limiter: Envoy's rate limit service and health on one address.

import { RateLimitService } from '@envoy/xds-protos/envoy/service/ratelimit/v3/rls_pb.js'
import { Server, status } from '@grpc/grpc-js'
import { SwitchyardError } from '../../core/errors.ts'
import type { ListenAddress, TcpAddress } from '../draining-listener.ts'
import { createRegistry, serveMetrics } from '../metrics/metrics-server.ts'
import { serverMetrics } from '../metrics/server-metrics.ts'
import { rejectIf } from '../reject-invalid.ts'
import { addService, RpcStatusError } from '../rpc/index.ts'
import { type ServedService, serveWithHealth } from '../serve-with-health.ts'
import type { CountStore } from './count-store.ts'
import { checkLimits } from './limit-check.ts'
import { LimiterMetrics } from './limiter-metrics.ts'
import { MemoryStore } from './memory-store.ts'
import type { Rules } from './rules.ts'

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

export interface RateLimiter extends ServedService {
  /** `HOST:PORT`; undefined without metrics. */
  readonly metrics?: string
  /** As that of every service; closes the store too. */
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
  const service = await serveWithHealth(server, RateLimitService.typeName, listen)
  const served = options.metrics && (await serveMetrics(registry, options.metrics))
  return {
    ...service,
    ...(served && { metrics: served.address }),
    async close() {
      served?.close()
      await service.close()
      await store.close()
    },
  }
}
