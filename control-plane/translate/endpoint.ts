// The endpoints of an upstream as Envoy's ClusterLoadAssignment, which has the cluster's name.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import type { AddressSchema } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import type { LbEndpointSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_components_pb.js'
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { SwitchyardError } from '../../core/errors.ts'
import { parseAddress } from '../document/address.ts'
import { groupsOf, hasLocalities } from '../document/endpoint-groups.ts'
import type { Endpoint, Upstream } from '../document/model.ts'
import type {
  ClusterLoadAssignmentParts,
  FleetKind,
  LocalityLbEndpointsParts,
} from '../switches/attach-points.ts'
import { mergeParts } from '../switches/merge-parts.ts'
import { partsOf } from '../switches/parts-of.ts'
import { SWITCHES, type Switches } from '../switches/switches.ts'

/**
 * Endpoints in groups of one priority and locality: Envoy and gRPC clients reject a locality that is twice in a priority.
 * An upstream without endpoints gives an empty assignment: Envoy then answers calls at once, and does not wait for one.
 * @param kind gRPC clients reject a group without a locality, and ignore one without a weight
 */
export function toClusterLoadAssignment(
  name: string,
  upstream: Upstream,
  switches: Switches = SWITCHES,
  kind: FleetKind = 'envoy',
): ClusterLoadAssignment {
  const upstreams = switches.upstreams.filter(({ appliesTo }) => appliesTo.includes(kind))
  const weighsLocalities = kind !== 'envoy' || hasLocalities(upstream)
  const endpoints = groupsOf(upstream).map((group) => ({
    ...mergeParts<LocalityLbEndpointsParts>([
      kind === 'envoy' ? {} : { locality: {} },
      ...partsOf(switches.endpoints, group.endpoints[0] ?? {}, (one, settings) =>
        one.toLocalityLbEndpoints?.(settings),
      ),
      ...partsOf(upstreams, upstream, (one, settings) =>
        weighsLocalities ? one.toLocalityLbEndpoints?.(settings, group) : undefined,
      ),
    ]),
    lbEndpoints: group.endpoints.map((one) => toLbEndpoint(one, switches)),
  }))
  const parts = partsOf(upstreams, upstream, (one, settings) => one.toClusterLoadAssignment?.(settings))
  return create(
    ClusterLoadAssignmentSchema,
    mergeParts<ClusterLoadAssignmentParts>([{ clusterName: name, endpoints }, ...parts]),
  )
}

function toLbEndpoint(
  endpoint: Endpoint,
  { endpoints }: Switches,
): MessageInitShape<typeof LbEndpointSchema> {
  return mergeParts([
    { hostIdentifier: { case: 'endpoint' as const, value: { address: toAddress(endpoint.address) } } },
    ...partsOf(endpoints, endpoint, (one, settings) => one.toLbEndpoint?.(settings)),
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
