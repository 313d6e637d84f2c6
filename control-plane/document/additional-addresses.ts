// Further addresses of one endpoint, such as one of IPv6 beside one of IPv4.

import { Type } from 'typebox'
import type { FieldSwitch } from '../switches/attach-points.ts'
import { facts } from '../switches/schema-keywords.ts'

/**
 * `additionalAddresses` of an endpoint. Clients try its addresses one after the other and use the first that answers ("Happy
 * Eyeballs"). Envoy reads them when an endpoint is new, and keeps them while its first address stays (seen with 1.40): https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/connection_pooling#happy-eyeballs-support,
 * https://github.com/grpc/proposal/blob/master/A61-IPv4-IPv6-dualstack-backends.md
 */
export const ADDITIONAL_ADDRESSES = {
  field: 'additionalAddresses',
  schema: Type.Array(
    Type.String({ description: 'an address such as "[::1]:7101"', ...facts({ example: '[::1]:7101' }) }),
    {
      uniqueItems: true,
      description:
        'a list of further addresses, in the order in which clients try them, such as ["[::1]:7101"]; Envoys read it when the endpoint is new, and not again',
      ...facts({ envoy: 'Endpoint.additional_addresses', example: ['[::1]:7101'] }),
    },
  ),
  appliesTo: ['envoy', 'proxyless'],
  // Behind GRPC_EXPERIMENTAL_XDS_DUALSTACK_ENDPOINTS in Java.
  grpcClients: ['cpp', 'go', 'node', 'python'],
} as const satisfies FieldSwitch
