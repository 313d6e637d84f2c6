// What a consistent-hash policy hashes in a call, and the hash policy of the route for it.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import {
  type RouteAction_HashPolicy,
  RouteAction_HashPolicySchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { type Static, Type } from 'typebox'
import { DurationSchema, toDuration } from './duration.ts'
import { unsupported } from './grpc-clients.ts'
import { HeaderName } from './header-name.ts'
import { facts } from './schema-keywords.ts'

const COOKIE_NAME = "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$"

const Cookie = Type.Object(
  {
    name: Type.String({
      pattern: COOKIE_NAME,
      description: 'the name of a cookie, such as endpoint',
      ...facts({ envoy: 'RouteAction.hash_policy.cookie.name', example: 'endpoint' }),
    }),
    ttl: Type.Optional(
      Type.String({
        ...DurationSchema,
        description: 'the time that a caller keeps a cookie from Envoy, such as 1h; 0s until it closes',
        ...facts({ envoy: 'RouteAction.hash_policy.cookie.ttl', example: '1h' }),
      }),
    ),
    path: Type.Optional(
      Type.String({
        pattern: '^/[^;\\s]{0,200}$',
        description: 'the path that a cookie from Envoy is for, such as /',
        ...facts({ envoy: 'RouteAction.hash_policy.cookie.path', example: '/' }),
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'a cookie such as { name: endpoint, ttl: 1h }',
    ...facts({
      envoy: 'RouteAction.hash_policy.cookie',
      example: { name: 'endpoint', ttl: '1h' },
      clients: ['envoy'],
    }),
  },
)

/**
 * `{ header }`: calls with an equal header go to one endpoint, and a call without it to a random one. `{ channelId: true }`: all calls
 * of one channel of a gRPC client go to one endpoint. `{ cookie }`: the same by a cookie, which Envoy sets for callers without one if
 * there is a `ttl`; browsers keep it, gRPC clients do not. `{ sourceIp: true }`: all calls from one address go to one endpoint.
 * A query has no place here: a path of gRPC has none, and its servers do not find methods with one.
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
    cookie: Type.Optional(Cookie),
    sourceIp: Type.Optional(
      Type.Literal(true, {
        description: 'true, for one endpoint for each address of callers',
        ...facts({ envoy: 'RouteAction.hash_policy.connection_properties.source_ip', clients: ['envoy'] }),
      }),
    ),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
    default: { header: 'x-user' },
    description:
      'one thing to hash calls on: { header: x-user }, { cookie: { name: endpoint, ttl: 1h } }, { sourceIp: true } or { channelId: true }',
    ...facts({ envoy: 'RouteAction.hash_policy', example: { header: 'x-tenant' } }),
  },
)
export type HashOn = Readonly<Static<typeof HashOnSchema>>

/** The name by which gRPC clients hash on the channel: https://github.com/grpc/proposal/blob/master/A42-xds-ring-hash-lb-policy.md */
const CHANNEL_ID = 'io.grpc.channel_id'

/** The entry of `RouteAction.hash_policy`: Envoy hashes in the route and picks in the cluster. */
export function toHashPolicy(hashOn: HashOn): RouteAction_HashPolicy {
  return create(RouteAction_HashPolicySchema, { policySpecifier: toSpecifier(hashOn) })
}

type Specifier = NonNullable<MessageInitShape<typeof RouteAction_HashPolicySchema>['policySpecifier']>

function toSpecifier({ header, cookie, sourceIp }: HashOn): Specifier {
  if (header !== undefined) return { case: 'header', value: { headerName: header } }
  if (sourceIp) return { case: 'connectionProperties', value: { sourceIp } }
  if (cookie === undefined) return { case: 'filterState', value: { key: CHANNEL_ID } }
  const { name, ttl, path = '' } = cookie
  return { case: 'cookie', value: { name, path, ...(ttl !== undefined && { ttl: toDuration(ttl) }) } }
}

/** They know headers and the channel only, and take a random endpoint for each call: gRFC A42. */
export function hashesUnknownToGrpc({ hashOn }: { readonly hashOn?: HashOn }) {
  if (hashOn?.cookie) return unsupported('the hash of a cookie', { steps: ['hashOn', 'cookie'] })
  return hashOn?.sourceIp ? unsupported('the hash of an address', { steps: ['hashOn', 'sourceIp'] }) : []
}

/** Envoy has no state of this name, so that it would take a random endpoint for each call. */
export function hashesUnknownToEnvoy({ hashOn }: { readonly hashOn?: HashOn }) {
  return hashOn?.channelId ? [{ what: 'the hash of a channel', steps: ['hashOn', 'channelId'] }] : []
}
