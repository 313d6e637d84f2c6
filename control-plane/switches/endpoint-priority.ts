// The priority of an endpoint: those of a lower priority get calls when those of a higher one fail.

import { Type } from 'typebox'
import { endpointSwitch } from './attach-points.ts'
import { facts } from './schema-keywords.ts'

/**
 * `priority` of an endpoint: `LocalityLbEndpoints.priority`, at most 128 in Envoy. Envoy moves calls to the next priority in the
 * share in which endpoints fail (`failover`); a gRPC client moves all of them when no endpoint of the first priority is reachable.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/priority,
 * https://github.com/grpc/proposal/blob/master/A56-priority-lb-policy.md
 */
export const endpointPriority = endpointSwitch({
  field: 'priority',
  schema: Type.Integer({
    minimum: 0,
    maximum: 128,
    default: 0,
    description: 'a priority, 0 for the first to 128 for the last',
    ...facts({ envoy: 'LocalityLbEndpoints.priority', example: 1 }),
  }),
  appliesTo: ['envoy', 'proxyless'],
  toLocalityLbEndpoints: (priority) => ({ priority }),
})
