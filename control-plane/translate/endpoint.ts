// The endpoints of an upstream as Envoy's ClusterLoadAssignment, which has the cluster's name.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import type { AddressSchema } from '@envoy/xds-protos/envoy/config/core/v3/address_pb.js'
import type {
  EndpointSchema,
  LbEndpointSchema,
} from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_components_pb.js'
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
  EndpointGroup,
  FleetKind,
  LocalityLbEndpointsParts,
} from '../switches/attach-points.ts'
import { localityKey, toLocality } from '../switches/locality.ts'
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
  const groups = groupsOf(upstream)
  const endpoints = groups.map((group) => ({
    ...mergeParts<LocalityLbEndpointsParts>([
      kind === 'envoy' ? {} : { locality: {} },
      ...partsOf(switches.endpoints, group.endpoints[0] ?? {}, (one, settings) =>
        one.toLocalityLbEndpoints?.(settings),
      ),
      ...partsOf(upstreams, upstream, (one, settings) =>
        weighsLocalities ? one.toLocalityLbEndpoints?.(settings, group) : undefined,
      ),
    ]),
    ...(kind === 'envoy' ? {} : uniqueLocality(group, groups)),
    lbEndpoints: group.endpoints.map((one) => toLbEndpoint(one, switches)),
  }))
  const parts = partsOf(upstreams, upstream, (one, settings) => one.toClusterLoadAssignment?.(settings))
  return create(
    ClusterLoadAssignmentSchema,
    mergeParts<ClusterLoadAssignmentParts>([{ clusterName: name, endpoints }, ...parts]),
  )
}

/**
 * A locality that an earlier priority has too gets a sub-zone of its own. Of two groups with one locality, grpc-java 1.85 keeps
 * the last, whatever their priorities are.
 */
function uniqueLocality(
  { priority, locality = {} }: EndpointGroup,
  groups: readonly EndpointGroup[],
): LocalityLbEndpointsParts {
  const key = localityKey(locality)
  const isTaken = groups.some(
    (other) => other.priority < priority && localityKey(other.locality ?? {}) === key,
  )
  if (!isTaken) return {}
  const subZone = [locality.subZone, `priority-${priority}`].filter(Boolean).join('/')
  return { locality: toLocality({ ...locality, subZone }) }
}

function toLbEndpoint(
  endpoint: Endpoint,
  { endpoints }: Switches,
): MessageInitShape<typeof LbEndpointSchema> {
  return mergeParts([
    { hostIdentifier: { case: 'endpoint' as const, value: toEndpoint(endpoint) } },
    ...partsOf(endpoints, endpoint, (one, settings) => one.toLbEndpoint?.(settings)),
  ])
}

function toEndpoint({
  address,
  additionalAddresses = [],
}: Endpoint): MessageInitShape<typeof EndpointSchema> {
  const others = additionalAddresses.map((text) => ({ address: toAddress(text) }))
  return { address: toAddress(address), ...(others.length > 0 && { additionalAddresses: others }) }
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
