// Weights of localities in the messages of Envoy's policies: without these fields, Envoy ignores the weights.

import type { LbContext } from './lb-context.ts'

/**
 * `locality_lb_config` of round robin, least request and random.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/locality_weight
 */
export function localityLbConfig({ weighsLocalities }: LbContext) {
  return weighsLocalities
    ? {
        localityLbConfig: {
          localityConfigSpecifier: { case: 'localityWeightedLbConfig' as const, value: {} },
        },
      }
    : {}
}

/** `locality_weighted_lb_config` of ring hash and Maglev. */
export function localityWeightedLbConfig({ weighsLocalities }: LbContext) {
  return weighsLocalities ? { localityWeightedLbConfig: {} } : {}
}
