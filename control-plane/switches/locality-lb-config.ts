// Weights of localities in the messages of Envoy's hash policies: without the field, Envoy ignores the weights.

import type { LbContext } from './lb-context.ts'

/** `locality_weighted_lb_config` of ring hash and Maglev. */
export function localityWeightedLbConfig({ weighsLocalities }: LbContext) {
  return weighsLocalities ? { localityWeightedLbConfig: {} } : {}
}
