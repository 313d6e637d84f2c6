// Panic: below this share of healthy endpoints, Envoy ignores their health and sends calls to all of them.

import { Type } from 'typebox'
import { lbOptionSwitch } from './attach-points.ts'
import { facts } from './schema-keywords.ts'

/**
 * `lb.panicThreshold`: `CommonLbConfig.healthy_panic_threshold`. Envoy's own 50 % would send calls to dead endpoints. With 0 it
 * never panics: calls fail only where no endpoint is left.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/panic_threshold
 */
export const panicThreshold = lbOptionSwitch({
  field: 'panicThreshold',
  schema: Type.Integer({
    minimum: 0,
    maximum: 100,
    default: 0,
    description:
      'the percentage of healthy endpoints below which calls go to all endpoints, 0 to 100; 0 for never',
    ...facts({ envoy: 'Cluster.common_lb_config.healthy_panic_threshold', example: 50 }),
  }),
  appliesTo: ['envoy'],
  toCluster: (percent) => ({ commonLbConfig: { healthyPanicThreshold: { value: percent } } }),
})
