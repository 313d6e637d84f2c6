// Whether an endpoint gets new calls: an active one does, and a draining one only ends those that it has.

import { HealthStatus } from '@envoy/xds-protos/envoy/config/core/v3/health_check_pb.js'
import { Type } from 'typebox'
import { endpointSwitch } from './attach-points.ts'
import { facts } from './schema-keywords.ts'

const HEALTH_STATUS = {
  // Not HEALTHY, although Envoy treats both alike: the health checks decide whether the endpoint is healthy.
  active: HealthStatus.UNKNOWN,
  draining: HealthStatus.DRAINING,
} as const

/** `state` of an endpoint: `LbEndpoint.health_status`. It holds for L4 and L7: neither sends new work to a draining endpoint. */
export const endpointState = endpointSwitch({
  field: 'state',
  schema: Type.Enum(['active', 'draining'], {
    default: 'active',
    description: 'active, or draining, which gets no new calls',
    ...facts({ envoy: 'LbEndpoint.health_status' }),
  }),
  appliesTo: ['envoy', 'proxyless'],
  toLbEndpoint: (state) => ({ healthStatus: HEALTH_STATUS[state] }),
})
