// The priority of calls: those that must go through are counted apart from all others.

import { RoutingPriority } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { Type } from 'typebox'
import { ruleSwitch } from './attach-points.ts'
import { facts } from './schema-keywords.ts'

/**
 * `priority` of a rule: calls of high priority have connections and bounds of their own at each upstream
 * (`circuitBreaker.highPriority`), so that others cannot use them up. It does not choose endpoints: that is `priority` of an endpoint.
 */
export const rulePriority = ruleSwitch({
  field: 'priority',
  schema: Type.Enum(['default', 'high'], {
    description:
      'default, or high for calls with bounds of their own (circuitBreaker.highPriority of the upstream)',
    ...facts({ envoy: 'RouteAction.priority' }),
  }),
  appliesTo: ['envoy'],
  toRouteAction: (priority) => (priority === 'high' ? { priority: RoutingPriority.HIGH } : {}),
})
