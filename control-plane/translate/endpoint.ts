// The endpoints of an upstream as Envoy's ClusterLoadAssignment, which bears the cluster's name.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import type { AddressSchema } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import type { LbEndpointSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_components_pb.js'
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { SwitchyardError } from '../../core/errors.ts'
import { parseAddress } from '../document/address.ts'
import type { Endpoint, Upstream } from '../document/model.ts'
import { toHealthStatus } from '../switches/endpoint-state.ts'
import { sortedEntries } from './entry.ts'

/** An upstream without endpoints gives an empty assignment: Envoy then answers at once, in place of waiting for one. */
export function toClusterLoadAssignment(name: string, upstream: Upstream): ClusterLoadAssignment {
  const lbEndpoints = sortedEntries(upstream.endpoints).map(([, endpoint]) => toLbEndpoint(endpoint))
  return create(ClusterLoadAssignmentSchema, {
    clusterName: name,
    endpoints: lbEndpoints.length === 0 ? [] : [{ lbEndpoints }],
  })
}

function toLbEndpoint({ address, weight = 1, state }: Endpoint): MessageInitShape<typeof LbEndpointSchema> {
  return {
    hostIdentifier: { case: 'endpoint', value: { address: toAddress(address) } },
    healthStatus: toHealthStatus(state),
    loadBalancingWeight: weight,
  }
}

function toAddress(text: string): MessageInitShape<typeof AddressSchema> {
  const address = parseAddress(text)
  if (typeof address === 'string') throw new SwitchyardError('internal', `the address "${text}" ${address}`)
  if (address.kind === 'unix') return { address: { case: 'pipe', value: { path: address.path } } }
  const { host, port } = address
  return {
    address: {
      case: 'socketAddress',
      value: { address: host, portSpecifier: { case: 'portValue', value: port } },
    },
  }
}
