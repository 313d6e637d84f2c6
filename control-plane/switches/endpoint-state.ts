// Whether an endpoint gets new calls: an active one does, a draining one only ends those that it has.

import { HealthStatus } from '@envoy/xds-protos/envoy/config/core/v3/health_check_pb.js'
import { type Static, Type } from 'typebox'

const DEFAULT_STATE = 'active'

/** `state` of an endpoint. */
export const EndpointStateSchema = Type.Enum(['active', 'draining'], {
  default: DEFAULT_STATE,
  description: 'active or draining',
})
export type EndpointState = Static<typeof EndpointStateSchema>

const HEALTH_STATUS: Readonly<Record<EndpointState, HealthStatus>> = {
  // Not HEALTHY, though Envoy takes both alike: whether it is well, the health checks know.
  active: HealthStatus.UNKNOWN,
  draining: HealthStatus.DRAINING,
}

/** `LbEndpoint.health_status`, which holds for L4 and L7: neither sends new work to an endpoint that drains. */
export function toHealthStatus(state: EndpointState = DEFAULT_STATE): HealthStatus {
  return HEALTH_STATUS[state]
}
