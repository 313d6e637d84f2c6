// What a consistent-hash policy hashes in a call: one thing, or a list of them.

import { type Static, type TObject, Type } from 'typebox'
import { DurationSchema } from './duration.ts'
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

const THINGS = {
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
  query: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9._~-]{1,100}$',
      description: 'the name of a parameter behind the ? of a path, such as tenant',
      ...facts({
        envoy: 'RouteAction.hash_policy.query_parameter.name',
        example: 'tenant',
        clients: ['envoy'],
      }),
    }),
  ),
  filterState: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$',
      description: 'the name of a value that filters.filterState of the fleet sets, such as caller',
      ...facts({ envoy: 'RouteAction.hash_policy.filter_state.key', example: 'caller', clients: ['envoy'] }),
    }),
  ),
}

/** What a list of hashes has more than one alone: a single one is always the last. */
const Item = Type.Object(
  {
    ...THINGS,
    terminal: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'true or false: whether the rest of the list counts only for calls that have no hash yet',
        ...facts({ envoy: 'RouteAction.hash_policy.terminal' }),
      }),
    ),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    description: 'one thing to hash calls on, such as { header: x-user, terminal: true }',
    ...facts({ envoy: 'RouteAction.hash_policy', example: { header: 'x-user', terminal: true } }),
  },
)

export type Thing = Readonly<Static<TObject<typeof THINGS>>>
export type HashItem = Readonly<Static<typeof Item>>
export type HashOn = Thing | readonly HashItem[]

/**
 * `{ header }`: calls with an equal header go to one endpoint, and a call without it to a random one. `{ channelId: true }`: all calls
 * of one channel of a gRPC client go to one endpoint. `{ cookie }`: the same by a cookie, which Envoy sets for callers without one if
 * there is a `ttl`; browsers keep it, gRPC clients do not. `{ sourceIp: true }`: all calls from one address go to one endpoint.
 * `{ query }`: by a parameter of the path, which Envoy takes out on the way to the endpoint, because servers of gRPC do not find a
 * method with one. `{ filterState }`: by a value that a filter of the fleet sets.
 *
 * In a list, the hashes of all things that a call has are combined, up to the first with `terminal` that leaves the call with a hash.
 */
export const HashOnSchema = Type.Unsafe<HashOn>({
  type: ['object', 'array'],
  properties: THINGS,
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  items: Item,
  minItems: 1,
  maxItems: 10,
  default: { header: 'x-user' },
  description:
    'one thing to hash calls on: { header: x-user }, { cookie: { name: endpoint, ttl: 1h } }, { sourceIp: true }, { query: tenant }, { filterState: caller }, a list of such things, or { channelId: true }',
  ...facts({ envoy: 'RouteAction.hash_policy', example: { header: 'x-tenant' } }),
})

/** Things in the order in which they are hashed. */
export function hashesOf(hashOn: HashOn): readonly HashItem[] {
  return isList(hashOn) ? hashOn : [hashOn]
}

export function isList(hashOn: HashOn): hashOn is readonly HashItem[] {
  return Array.isArray(hashOn)
}
