// Who may issue tokens, where Envoy gets their keys, and which claims the services get.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import {
  type JwtProvider as EnvoyJwtProvider,
  type JwtProviderSchema as EnvoyJwtProviderSchema,
  JwtProviderSchema as Schema,
} from '@envoy/xds-protos/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js'
import { type Static, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import { headerKey } from './claim-value.ts'
import { defaultsOf } from './defaults.ts'
import { DurationSchema, PositiveDuration, parseDuration, toDuration } from './duration.ts'
import { HeaderName } from './header-name.ts'
import { ALGORITHMS, KEY_TYPES, withoutUnread } from './json-web-key.ts'
import { facts } from './schema-keywords.ts'

const strict = { additionalProperties: false } as const

/** The example of https://www.rfc-editor.org/rfc/rfc8037#appendix-A.2 */
const KEY = {
  kid: 'key-1',
  kty: 'OKP',
  alg: 'EdDSA',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
}

const KeySchema = Type.Object(
  {
    kid: Type.String({
      minLength: 1,
      description: 'the id of a key, which tokens name in their header',
      ...facts({ example: 'key-1' }),
    }),
    kty: Type.Enum(KEY_TYPES, {
      description: 'RSA, EC or OKP: public keys, never a shared secret',
    }),
    alg: Type.Enum(ALGORITHMS, { description: `the one algorithm of the key: ${ALGORITHMS.join(', ')}` }),
  },
  { description: 'a public key as a JWK with kid, kty and alg', ...facts({ example: KEY }) },
)

const JwksSchema = Type.Object(
  {
    upstream: Type.Optional(
      Type.String({
        description: 'the name of the upstream that serves the keys',
        ...facts({ envoy: 'JwtProvider.remote_jwks.http_uri.cluster', example: 'issuer' }),
      }),
    ),
    path: Type.Optional(
      Type.String({
        pattern: '^/[!-~]*$',
        description: 'the path of the keys, such as /jwks.json',
        ...facts({ envoy: 'JwtProvider.remote_jwks.http_uri.uri', example: '/jwks.json' }),
      }),
    ),
    cache: PositiveDuration('5m', 'the time after which the keys are fetched again', {
      envoy: 'JwtProvider.remote_jwks.cache_duration',
      example: '10m',
    }),
    inline: Type.Optional(
      Type.Object(
        {
          keys: Type.Array(KeySchema, {
            minItems: 1,
            description: 'a list of public keys',
            ...facts({ example: [KEY] }),
          }),
        },
        {
          ...strict,
          description: 'a key set such as { keys: [...] }',
          ...facts({ envoy: 'JwtProvider.local_jwks.inline_string', example: { keys: [KEY] } }),
        },
      ),
    ),
  },
  {
    ...strict,
    description: 'a key set such as { upstream: issuer, path: /jwks.json } or { inline: { keys: [...] } }',
    ...facts({ envoy: 'JwtProvider.remote_jwks', example: { upstream: 'issuer', path: '/jwks.json' } }),
  },
)

export const JWT_PROVIDER_EXAMPLE = {
  issuer: 'https://issuer.local',
  audiences: ['echo'],
  jwks: { upstream: 'issuer', path: '/jwks.json' },
}

/** An entry of the document's `jwt`. */
export const JwtProviderSchema = Type.Object(
  {
    issuer: Type.String({
      minLength: 1,
      description: 'the iss of its tokens',
      ...facts({ envoy: 'JwtProvider.issuer', example: 'https://issuer.local' }),
    }),
    audiences: Type.Array(
      Type.String({ minLength: 1, description: 'an audience', ...facts({ example: 'echo' }) }),
      {
        minItems: 1,
        uniqueItems: true,
        description: 'a list of audiences; a token must have one of them, such as [echo]',
        ...facts({ envoy: 'JwtProvider.audiences', example: ['echo'], weaker: { added: 'audiences' } }),
      },
    ),
    jwks: JwksSchema,
    maxLifetime: PositiveDuration('1h', 'the longest time from now to the end of a token', {
      envoy: 'JwtProvider.max_lifetime',
      example: '15m',
      weaker: { value: '8760h' },
    }),
    clockSkew: Type.Optional(
      Type.String({
        ...DurationSchema,
        default: '30s',
        description:
          'the time by which clocks may differ, a duration such as 30s; 1s is the least, in whole seconds',
        ...facts({ envoy: 'JwtProvider.clock_skew_seconds', example: '10s', weaker: { value: '1h' } }),
      }),
    ),
    header: Type.Optional(
      Type.String({
        ...HeaderName,
        default: 'authorization',
        description: 'the header of the token in lower case; authorization has "Bearer " before it',
        ...facts({ envoy: 'JwtProvider.from_headers', example: 'x-service-token' }),
      }),
    ),
    // Without `weaker`: callers of `yard test` make gRPC calls, which a query ends whatever is in it, so none would notice.
    tokenInQuery: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'true or false: whether requests other than gRPC may have their token in the query, as access_token',
        ...facts({ envoy: 'JwtProvider.from_params' }),
      }),
    ),
    claims: Type.Optional(
      Type.Unsafe<Record<string, string>>({
        type: 'object',
        propertyNames: HeaderName,
        additionalProperties: Type.String({
          minLength: 1,
          description: 'the name of a claim',
          ...facts({ envoy: 'JwtProvider.claim_to_headers.claim_name', example: 'sub' }),
        }),
        default: {},
        description: 'claims by the headers that bring them to the services, such as { x-user: sub }',
        ...facts({ envoy: 'JwtProvider.claim_to_headers', example: { 'x-user': 'sub' } }),
      }),
    ),
    reroute: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'true or false: whether the rule of a call is looked for again after the token is checked, so that rules can match by token',
        ...facts({ envoy: 'JwtProvider.clear_route_cache' }),
      }),
    ),
  },
  {
    ...strict,
    description: 'an issuer of tokens with issuer, audiences and jwks',
    ...facts({
      envoy: 'JwtAuthentication.providers',
      example: JWT_PROVIDER_EXAMPLE,
    }),
  },
)
export type JwtProvider = DeepReadonly<Static<typeof JwtProviderSchema>>

/** How long Envoy waits for keys, and between two attempts to get them. */
const FETCH_TIMEOUT = '1s'
const FETCH_AGAIN_AFTER_FAILURE = '1s'

/** Headers that Envoy makes from claims: what a client writes there is removed. */
export function claimHeadersOf({ claims = {} }: JwtProvider): readonly string[] {
  return Object.keys(claims)
}

/** @param name where the claims are in the dynamic metadata of `envoy.filters.http.jwt_authn`, for later filters */
export function toJwtProvider(name: string, provider: JwtProvider): EnvoyJwtProvider {
  const { issuer, audiences, jwks, maxLifetime, clockSkew, header, tokenInQuery, claims, reroute } =
    withProviderDefaults(provider)
  return create(Schema, {
    issuer,
    audiences: [...audiences],
    requireExpiration: true,
    maxLifetime: toDuration(maxLifetime),
    // Envoy reads 0 as its default of 60 s.
    clockSkewSeconds: Math.max(1, Math.ceil((parseDuration(clockSkew) ?? 0) / 1_000)),
    jwksSourceSpecifier: toJwksSource(jwks),
    // By itself Envoy also looks for access_token in the query. Queries are written into logs, and pages send them to other hosts.
    fromHeaders: [header === 'authorization' ? { name: header, valuePrefix: 'Bearer ' } : { name: header }],
    ...(tokenInQuery && { fromParams: ['access_token'] }),
    payloadInMetadata: name,
    headerInMetadata: headerKey(name),
    ...(reroute && { clearRouteCache: true }),
    claimToHeaders: Object.entries(claims).map(([headerName, claimName]) => ({ headerName, claimName })),
  })
}

type JwksSource = MessageInitShape<typeof EnvoyJwtProviderSchema>['jwksSourceSpecifier']

function toJwksSource(jwks: JwtProvider['jwks']): NonNullable<JwksSource> {
  const { upstream = '', path = '', inline, cache } = { ...defaultsOf(JwksSchema.properties), ...jwks }
  if (inline !== undefined) {
    const inlineString = JSON.stringify({ keys: inline.keys.map(withoutUnread) })
    return { case: 'localJwks', value: { specifier: { case: 'inlineString', value: inlineString } } }
  }
  return {
    case: 'remoteJwks',
    value: {
      httpUri: {
        uri: `http://${upstream}${path}`,
        httpUpstreamType: { case: 'cluster', value: upstream },
        timeout: toDuration(FETCH_TIMEOUT),
      },
      cacheDuration: toDuration(cache as string),
      // Ahead of the first call and before the old keys end; a listener waits for its keys before it takes calls.
      asyncFetch: { failedRefetchDuration: toDuration(FETCH_AGAIN_AFTER_FAILURE) },
    },
  }
}

function withProviderDefaults(provider: JwtProvider): Required<JwtProvider> {
  return { ...defaultsOf(JwtProviderSchema.properties), ...provider } as Required<JwtProvider>
}
