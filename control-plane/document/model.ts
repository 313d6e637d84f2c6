// The desired state: its types and its JSON Schema, from one declaration. Maps are keyed by name, so that a merge patch can turn one entry.

import { type Static, type TSchema, Type } from 'typebox'
import type { DeepReadonly } from '../switches/deep-readonly.ts'
import { DurationSchema } from '../switches/duration.ts'
import { EndpointStateSchema } from '../switches/endpoint-state.ts'
import { HealthCheckSettingsSchema } from '../switches/health-check.ts'
import { SecuritySchema } from '../switches/http-filters.ts'
import { JwtProviderSchema } from '../switches/jwt-provider.ts'
import { type LbSettings, lbSettingsSchema } from '../switches/lb-policies.ts'
import { DEFAULT_ON_NACK, type OnNack, OnNackSchema } from '../switches/on-nack.ts'
import { ListenerTlsSchema, SecretSchema, UpstreamTlsSchema } from '../switches/tls.ts'
import { LATER } from './schema-check.ts'

/** An object whose fields are all known: what is not declared is refused. */
const strict = { additionalProperties: false } as const

/** Names that have their place in the document, but that this version cannot do yet: they are refused with that sentence. */
const later = (...names: string[]) => ({ [LATER]: names })

function NamedMap<T extends TSchema>(entry: T, description: string, minProperties = 0) {
  return Type.Unsafe<Record<string, Static<T>>>({
    type: 'object',
    description,
    minProperties,
    propertyNames: {
      type: 'string',
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$',
      description: 'a name of up to 100 letters, digits, dots, dashes and underscores',
    },
    additionalProperties: entry,
  })
}

function NameOf(what: string) {
  return Type.String({ description: `the name of ${what}` })
}

const EndpointSchema = Type.Object(
  {
    address: Type.String({ description: 'an address such as "127.0.0.1:7101" or "unix:/run/echo.sock"' }),
    weight: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        default: 1,
        description: 'a whole number from 1 to 1000000',
      }),
    ),
    state: Type.Optional(EndpointStateSchema),
  },
  { ...strict, description: 'an endpoint such as { address: "127.0.0.1:7101" }' },
)

const UpstreamSchema = Type.Object(
  {
    endpoints: NamedMap(EndpointSchema, 'endpoints by their names'),
    lb: Type.Optional(lbSettingsSchema({}, 'a policy that goes before the one of the fleet')),
    healthCheck: Type.Optional(HealthCheckSettingsSchema),
    protocol: Type.Optional(
      Type.Enum(['http2', 'http1'], {
        default: 'http2',
        description: 'http2, which gRPC needs, or http1 for a server of key sets',
      }),
    ),
    tls: Type.Optional(UpstreamTlsSchema),
  },
  {
    ...strict,
    description: 'an upstream such as { endpoints: { b1: { address: "127.0.0.1:7101" } } }',
  },
)

const MatchSchema = Type.Object(
  {
    service: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*$',
        description: 'the full name of a gRPC service, such as switchyard.echo.v1.EchoService',
      }),
    ),
    method: Type.Optional(
      Type.String({ pattern: '^[A-Za-z_]\\w*$', description: 'the name of a gRPC method, such as Unary' }),
    ),
    prefix: Type.Optional(Type.String({ pattern: '^/', description: 'the start of a path, such as /api/' })),
    headers: Type.Optional(
      Type.Unsafe<Record<string, string>>({
        type: 'object',
        description: 'values by the names of their headers, such as { x-canary: "1" }',
        propertyNames: {
          type: 'string',
          pattern: '^:?[a-z0-9][a-z0-9-]*$',
          description: 'the name of a header in lower case and without underscores, which listeners refuse',
        },
        additionalProperties: Type.String({ description: 'the whole value of the header, in quotes' }),
      }),
    ),
  },
  {
    ...strict,
    description: 'a match such as { service: switchyard.echo.v1.EchoService }, or {} for every call',
  },
)

const RuleSchema = Type.Object(
  {
    match: MatchSchema,
    to: NamedMap(
      Type.Integer({
        minimum: 0,
        maximum: 1_000_000,
        description: 'a weight, a whole number from 0 to 1000000',
      }),
      'weights by the names of upstreams, such as { echo: 90, echo-v2: 10 }',
      1,
    ),
    timeout: Type.Optional(DurationSchema),
  },
  { ...strict, description: 'a rule with match and to' },
)

const RouteSchema = Type.Object(
  {
    hosts: Type.Array(
      Type.String({
        pattern: '^(\\*|\\*?[A-Za-z0-9._-]+|[A-Za-z0-9._-]+\\*)$',
        description: 'a host such as "*", echo.local, "*.echo.local" or "echo.*"',
      }),
      { minItems: 1, uniqueItems: true, description: 'a list of hosts, each once, such as ["*"]' },
    ),
    rules: NamedMap(RuleSchema, 'rules by their names'),
  },
  { ...strict, description: 'a route with hosts and rules' },
)

const ListenerSchema = Type.Object(
  {
    port: Type.Integer({ minimum: 1, maximum: 65_535, description: 'a port from 1 to 65535' }),
    l4: Type.Optional(
      Type.Object(
        { upstream: NameOf('an upstream') },
        { ...strict, description: 'where connections go, such as { upstream: echo }' },
      ),
    ),
    l7: Type.Optional(
      Type.Object(
        { routes: NameOf('an entry of routes') },
        { ...strict, description: 'where calls go, such as { routes: public }' },
      ),
    ),
    tls: Type.Optional(ListenerTlsSchema),
  },
  { ...strict, description: 'a listener with port, l4 and l7' },
)

/** `lb` of a fleet: what `PUT /v1/fleets/{fleet}/lb` writes. */
export const FleetLbSchema = lbSettingsSchema(
  { mode: Type.Enum(['l4', 'l7'], { description: 'l4 or l7' }) },
  'a mode and a policy, such as { mode: l7, policy: round_robin }',
)

const EnvoyFleetSchema = Type.Object(
  {
    kind: Type.Literal('envoy', { description: 'envoy' }),
    lb: FleetLbSchema,
    onNack: Type.Optional(OnNackSchema),
    listeners: NamedMap(ListenerSchema, 'listeners by their names'),
    security: Type.Optional(SecuritySchema),
  },
  { ...strict, description: 'Envoys, whose node.cluster is the name of the fleet' },
)

/** What a fleet may hold depends on its kind, so that another kind is not held against the fields of this one. */
const FleetSchema = Type.Unsafe<Static<typeof EnvoyFleetSchema>>({
  type: 'object',
  description: 'a fleet with kind, lb and listeners',
  discriminator: { propertyName: 'kind' },
  oneOf: [EnvoyFleetSchema],
  ...later('proxyless'),
})

export const ConfigSchema = Type.Object(
  {
    version: Type.Literal(1, { description: '1' }),
    upstreams: NamedMap(UpstreamSchema, 'upstreams by their names'),
    routes: NamedMap(RouteSchema, 'routes by their names'),
    secrets: Type.Optional(NamedMap(SecretSchema, 'files of certificates by names')),
    jwt: Type.Optional(NamedMap(JwtProviderSchema, 'issuers of tokens by their names')),
    fleets: NamedMap(FleetSchema, 'fleets by their names'),
  },
  {
    ...strict,
    description: 'a document with version, upstreams, routes and fleets',
  },
)

export type Config = DeepReadonly<Static<typeof ConfigSchema>>
export type Upstream = DeepReadonly<Static<typeof UpstreamSchema>>
export type Endpoint = DeepReadonly<Static<typeof EndpointSchema>>
export type Route = DeepReadonly<Static<typeof RouteSchema>>
export type Rule = DeepReadonly<Static<typeof RuleSchema>>
export type Match = DeepReadonly<Static<typeof MatchSchema>>
export type Listener = DeepReadonly<Static<typeof ListenerSchema>>
export type Fleet = DeepReadonly<Static<typeof FleetSchema>>
export type FleetLb = DeepReadonly<Static<typeof FleetLbSchema>>
export type { LbSettings, OnNack }

/** The settings by which a fleet balances calls to an upstream: the upstream's own go before those of the fleet. */
export function lbOf(fleet: Pick<Fleet, 'lb'>, upstream: Upstream): LbSettings {
  return upstream.lb ?? fleet.lb
}

/** What a refusal of this fleet leads to. */
export function onNackOf({ onNack = DEFAULT_ON_NACK }: Fleet): OnNack {
  return onNack
}
