// How early Envoy moves calls from a priority whose endpoints fail to the next one.

import { Type } from 'typebox'
import { upstreamSwitch } from './attach-points.ts'
import { facts } from './schema-keywords.ts'

/** Envoy's own, which the assignment need not repeat. */
const ENVOY_OVERPROVISIONING = 140

/**
 * `failover` of an upstream. A priority keeps all calls as long as its healthy endpoints, in percent, times `overprovisioning` are
 * at least 100: by default down to 72 %. Below it, it keeps that share, and the next priority gets the rest. The same holds for
 * the weight of a locality. gRPC clients ignore it: they leave a priority when none of its endpoints is reachable.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/overprovisioning
 */
export const failover = upstreamSwitch({
  field: 'failover',
  schema: Type.Object(
    {
      overprovisioning: Type.Optional(
        Type.Integer({
          minimum: 100,
          maximum: 100_000,
          default: ENVOY_OVERPROVISIONING,
          description: 'a percentage of the endpoints that are needed, 100 to 100000',
          ...facts({
            envoy: 'ClusterLoadAssignment.policy.overprovisioning_factor',
            example: 200,
          }),
        }),
      ),
    },
    {
      additionalProperties: false,
      default: {},
      description: 'a failover such as { overprovisioning: 140 }',
      ...facts({ envoy: 'ClusterLoadAssignment.policy', example: { overprovisioning: 200 } }),
    },
  ),
  appliesTo: ['envoy'],
  toClusterLoadAssignment: ({ overprovisioning }) =>
    overprovisioning === ENVOY_OVERPROVISIONING
      ? {}
      : { policy: { overprovisioningFactor: overprovisioning } },
})
