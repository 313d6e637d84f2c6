// What a consistent-hash policy hashes in a call, and the hash policy of the route for it.

import { create } from '@bufbuild/protobuf'
import {
  type RouteAction_HashPolicy,
  RouteAction_HashPolicySchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { type Static, Type } from 'typebox'
import { HeaderName } from './header-name.ts'
import { facts } from './schema-keywords.ts'

/**
 * `{ header }`: calls with an equal header go to one endpoint, and a call without it to a random one. `{ channelId: true }`: all calls
 * of one channel of a gRPC client go to one endpoint.
 */
export const HashOnSchema = Type.Object(
  {
    header: Type.Optional(
      Type.String({
        ...HeaderName,
        ...facts({ envoy: 'RouteAction.hash_policy.header.header_name', example: 'x-tenant' }),
      }),
    ),
    channelId: Type.Optional(
      Type.Literal(true, {
        description: 'true, for one endpoint for each channel of a gRPC client',
        ...facts({ envoy: 'RouteAction.hash_policy.filter_state.key', clients: ['proxyless'] }),
      }),
    ),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
    default: { header: 'x-user' },
    description: 'one thing to hash calls on: { header: x-user } or { channelId: true }',
    ...facts({ envoy: 'RouteAction.hash_policy', example: { header: 'x-tenant' } }),
  },
)
export type HashOn = Readonly<Static<typeof HashOnSchema>>

/** The name by which gRPC clients hash on the channel: https://github.com/grpc/proposal/blob/master/A42-xds-ring-hash-lb-policy.md */
const CHANNEL_ID = 'io.grpc.channel_id'

/** The entry of `RouteAction.hash_policy`: Envoy hashes in the route and picks in the cluster. */
export function toHashPolicy({ header }: HashOn): RouteAction_HashPolicy {
  return create(RouteAction_HashPolicySchema, {
    policySpecifier:
      header === undefined
        ? { case: 'filterState', value: { key: CHANNEL_ID } }
        : { case: 'header', value: { headerName: header } },
  })
}

/** Envoy has no state of this name, so that it would take a random endpoint for each call. */
export function hashesUnknownToEnvoy({ hashOn }: { readonly hashOn?: HashOn }) {
  return hashOn?.channelId ? [{ what: 'the hash of a channel', steps: ['hashOn', 'channelId'] }] : []
}
