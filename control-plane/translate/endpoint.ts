// The endpoints of an upstream as Envoy's ClusterLoadAssignment, which has the cluster's name.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import type { AddressSchema } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import { LocalitySchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import type { LbEndpointSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_components_pb.js'
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { SwitchyardError } from '../../core/errors.ts'
import { parseAddress } from '../document/address.ts'
import type { Endpoint, Upstream } from '../document/model.ts'
import { mergeParts } from '../switches/merge-parts.ts'
import { partsOf } from '../switches/parts-of.ts'
import { SWITCHES, type Switches } from '../switches/switches.ts'
import { sortedEntries } from './entry.ts'

/** An upstream without endpoints gives an empty assignment: Envoy then answers calls at once, and does not wait for one. */
export function toClusterLoadAssignment(
  name: string,
  upstream: Upstream,
  switches: Switches = SWITCHES,
): ClusterLoadAssignment {
  const lbEndpoints = sortedEntries(upstream.endpoints).map(([, one]) => toLbEndpoint(one, switches))
  return create(ClusterLoadAssignmentSchema, {
    clusterName: name,
    endpoints: lbEndpoints.length === 0 ? [] : [{ lbEndpoints }],
  })
}

/** For gRPC clients: they NACK endpoints without a locality, and ignore a locality without a weight. */
export function toGrpcAssignment(
  name: string,
  upstream: Upstream,
  switches: Switches = SWITCHES,
): ClusterLoadAssignment {
  const assignment = toClusterLoadAssignment(name, upstream, switches)
  for (const group of assignment.endpoints) {
    group.locality ??= create(LocalitySchema)
    group.loadBalancingWeight ??= 1
  }
  return assignment
}

function toLbEndpoint(
  endpoint: Endpoint,
  { endpoints }: Switches,
): MessageInitShape<typeof LbEndpointSchema> {
  return mergeParts([
    { hostIdentifier: { case: 'endpoint' as const, value: { address: toAddress(endpoint.address) } } },
    ...partsOf(endpoints, endpoint, (one, settings) => one.toLbEndpoint(settings)),
  ])
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
