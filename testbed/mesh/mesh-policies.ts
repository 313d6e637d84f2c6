// The defaults by which Istio and Linkerd treat a call to a gRPC service, as near as this control plane's switches come.

import type { MeshPolicy } from './mesh-document.ts'

const UNBOUNDED = 4_294_967_295

/**
 * Istio's: least request of two, two retries after failures before a call was processed and after UNAVAILABLE or CANCELLED, no timeout, and
 * circuit breakers that never open. A retry avoids endpoints that were tried. Istio also retries any answer with HTTP 503.
 * https://github.com/istio/istio/blob/master/pilot/pkg/networking/core/route/retry/retry.go
 */
export const ISTIO: MeshPolicy = {
  lb: { policy: 'least_request', choices: 2 },
  upstream: {
    circuitBreaker: {
      connections: UNBOUNDED,
      pending: UNBOUNDED,
      requests: UNBOUNDED,
      retries: UNBOUNDED,
    },
  },
  rule: {
    retry: {
      enabled: true,
      attempts: 2,
      otherEndpoint: true,
      on: ['connect-failure', 'refused-stream', 'unavailable', 'cancelled'],
    },
    timeout: '0s',
  },
}

/**
 * Linkerd's: of two endpoints drawn at random the one with the lower load, no retries, no timeout, no circuit breaker. Linkerd weighs
 * the open calls of an endpoint by a peak-sensitive moving average of its latency (decay 10 s, 30 ms to begin with); Envoy's builds
 * have no such policy, so here only open calls count. The two agree while all endpoints are equally fast.
 * https://linkerd.io/2/features/load-balancing/
 */
export const LINKERD: MeshPolicy = {
  lb: { policy: 'least_request', choices: 2 },
  upstream: ISTIO.upstream ?? {},
  rule: { retry: { enabled: false }, timeout: '0s' },
}

/**
 * What a node proxy of Istio's ambient mode does with connections: it draws an endpoint at random for each.
 * https://github.com/istio/ztunnel
 */
export const ZTUNNEL: MeshPolicy = { lb: { policy: 'random' } }
