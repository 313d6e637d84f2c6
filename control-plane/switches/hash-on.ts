// What a consistent-hash policy hashes in a call, and the hash policy of the route for it.

import { create } from '@bufbuild/protobuf'
import {
  type RouteAction_HashPolicy,
  RouteAction_HashPolicySchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { type Static, Type } from 'typebox'
import { HeaderName } from './header-name.ts'
import { facts } from './schema-keywords.ts'

/** `{ header }`: calls with an equal header go to one endpoint. A call without it goes to a random one. */
export const HashOnSchema = Type.Object(
  {
    header: Type.String({
      ...HeaderName,
      ...facts({ envoy: 'RouteAction.hash_policy.header.header_name', example: 'x-tenant' }),
    }),
  },
  {
    additionalProperties: false,
    default: { header: 'x-user' },
    description: 'something to hash calls on, such as { header: x-user }',
    ...facts({ envoy: 'RouteAction.hash_policy', example: { header: 'x-tenant' } }),
  },
)
export type HashOn = Readonly<Static<typeof HashOnSchema>>

/** The entry of `RouteAction.hash_policy`: Envoy hashes in the route and picks in the cluster. */
export function toHashPolicy({ header }: HashOn): RouteAction_HashPolicy {
  return create(RouteAction_HashPolicySchema, {
    policySpecifier: { case: 'header', value: { headerName: header } },
  })
}
