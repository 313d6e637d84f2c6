// The desired state: its types and its JSON Schema. The switches of the lists are fields of both.

import { type Static, type TProperties, type TSchema, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import type { FieldSwitch, FieldsOf, FilterRoom, HttpFilterSwitch } from '../switches/attach-points.ts'
import { isHttpFilterSwitch } from '../switches/http-filters.ts'
import { JwtProviderSchema } from '../switches/jwt-provider.ts'
import { type LbSettings, lbSettingsSchema } from '../switches/lb-policies.ts'
import { DEFAULT_ON_NACK, type OnNack } from '../switches/on-nack.ts'
import { SWITCHES, type Switches } from '../switches/switches.ts'
import { SecretSchema } from '../switches/tls.ts'
import { MatchSchema } from './match.ts'
import { LATER } from './schema-check.ts'

/** Fields that are not declared are invalid. */
const strict = { additionalProperties: false } as const

/** Names that have their place in the document, but not in this version: the error says so. */
const later = (...names: string[]) => ({ [LATER]: names })

/** Maps are keyed by name, so that a merge patch can turn one entry. */
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

const ENDPOINT = {
  address: Type.String({ description: 'an address such as "127.0.0.1:7101" or "unix:/run/echo.sock"' }),
}
const RULE = {
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
}
const ROUTE = {
  hosts: Type.Array(
    Type.String({
      pattern: '^(\\*|\\*?[A-Za-z0-9._-]+|[A-Za-z0-9._-]+\\*)$',
      description: 'a host such as "*", echo.local, "*.echo.local" or "echo.*"',
    }),
    { minItems: 1, uniqueItems: true, description: 'a list of hosts, each once, such as ["*"]' },
  ),
}
const LISTENER = {
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
}
const ALLOW_UNPROTECTED = {
  allowUnprotected: Type.Optional(
    Type.Boolean({
      default: false,
      description: 'true or false: whether the fleet may go to l4, where no filter sees a call',
    }),
  ),
}

function fields(switches: readonly FieldSwitch[]): TProperties {
  return Object.fromEntries(switches.map(({ field, schema }) => [field, Type.Optional(schema)]))
}

/** A field with one property for each declaration; no field where there is no declaration. */
function room(name: string, properties: TProperties, description: string): TProperties {
  if (Object.keys(properties).length === 0) return {}
  return { [name]: Type.Optional(Type.Object(properties, { ...strict, description })) }
}

function lbSchema(switches: Switches) {
  return lbSettingsSchema(
    { mode: Type.Enum(['l4', 'l7'], { description: 'l4 or l7' }) },
    'a mode and a policy, such as { mode: l7, policy: round_robin }',
    switches,
  )
}

/** `lb` of a fleet: what `PUT /v1/fleets/{fleet}/lb` writes. */
export const FleetLbSchema = lbSchema(SWITCHES)

/** The JSON Schema of a document in which these switches can be turned. */
export function createConfigSchema(switches: Switches = SWITCHES) {
  const filters = switches.httpFilters.filter(isHttpFilterSwitch)
  const endpoint = Type.Object(
    { ...ENDPOINT, ...fields(switches.endpoints) },
    { ...strict, description: 'an endpoint such as { address: "127.0.0.1:7101" }' },
  )
  const upstream = Type.Object(
    {
      endpoints: NamedMap(endpoint, 'endpoints by their names'),
      lb: Type.Optional(
        lbSettingsSchema({}, "a load-balancing policy, which overrides the fleet's", switches),
      ),
      ...fields(switches.upstreams),
    },
    {
      ...strict,
      description: 'an upstream such as { endpoints: { b1: { address: "127.0.0.1:7101" } } }',
    },
  )
  const ofRule = filters.flatMap(({ field, rule }) => (rule === undefined ? [] : [{ field, ...rule }]))
  const rule = Type.Object(
    {
      ...RULE,
      ...fields(switches.rules),
      ...room(
        'filters',
        Object.fromEntries(ofRule.map(({ field, schema }) => [field, Type.Optional(schema)])),
        'settings by the names of filters that the fleet has turned on',
      ),
    },
    { ...strict, description: 'a rule with match and to' },
  )
  const route = Type.Object(
    { ...ROUTE, rules: NamedMap(rule, 'rules by their names') },
    { ...strict, description: 'a route with hosts and rules' },
  )
  return Type.Unsafe<Config>(
    Type.Object(
      {
        version: Type.Literal(1, { description: '1' }),
        upstreams: NamedMap(upstream, 'upstreams by their names'),
        routes: NamedMap(route, 'routes by their names'),
        secrets: Type.Optional(NamedMap(SecretSchema, 'files of certificates by names')),
        jwt: Type.Optional(NamedMap(JwtProviderSchema, 'issuers of tokens by their names')),
        fleets: NamedMap(fleetSchema(switches, filters), 'fleets by their names'),
      },
      { ...strict, description: 'a document with version, upstreams, routes and fleets' },
    ),
  )
}

/** The fields of a fleet depend on its kind, so errors name the fields of that kind only. */
function fleetSchema(switches: Switches, filters: readonly HttpFilterSwitch[]): TSchema {
  return Type.Unsafe({
    type: 'object',
    description: 'a fleet with kind, lb and listeners',
    discriminator: { propertyName: 'kind' },
    oneOf: [envoyFleetSchema(switches, filters)],
    ...later('proxyless'),
  })
}

function envoyFleetSchema(switches: Switches, filters: readonly HttpFilterSwitch[]): TSchema {
  const listener = Type.Object(
    { ...LISTENER, ...fields(switches.listeners) },
    { ...strict, description: 'a listener with port, l4 and l7' },
  )
  const [security, others] = (['security', 'filters'] as const).map((name) =>
    fields(filters.filter((filter) => filter.room === name)),
  )
  return Type.Object(
    {
      kind: Type.Literal('envoy', { description: 'envoy' }),
      lb: lbSchema(switches),
      listeners: NamedMap(listener, 'listeners by their names'),
      ...fields(switches.fleets),
      ...fields(switches.rules.filter(({ alsoOfFleet }) => alsoOfFleet)),
      ...room(
        'security',
        { ...ALLOW_UNPROTECTED, ...security },
        'filters that deny calls, such as { jwt: { enabled: true, anyOf: [main] } }',
      ),
      ...room('filters', others ?? {}, 'filters by their names, such as { NAME: { enabled: true } }'),
    },
    { ...strict, description: 'Envoys, whose node.cluster is the name of the fleet' },
  )
}

export const ConfigSchema = createConfigSchema()

type Lists = typeof SWITCHES
type Fields<T extends TProperties> = DeepReadonly<Static<ReturnType<typeof Type.Object<T>>>>

type Filters = Extract<Lists['httpFilters'][number], { readonly field: string }>
type FiltersIn<Room extends FilterRoom> = {
  readonly [F in Filters as F['room'] extends Room ? F['field'] : never]?: DeepReadonly<Static<F['schema']>>
}
type OfFleetToo = Extract<Lists['rules'][number], { readonly alsoOfFleet?: true }>

export type Endpoint = Fields<typeof ENDPOINT> & FieldsOf<Lists['endpoints']>
export type Upstream = {
  readonly endpoints: Readonly<Record<string, Endpoint>>
  readonly lb?: LbSettings
} & FieldsOf<Lists['upstreams']>
export type Match = DeepReadonly<Static<typeof MatchSchema>>
export type Rule = Fields<typeof RULE> & FieldsOf<Lists['rules']>
export type Route = Fields<typeof ROUTE> & { readonly rules: Readonly<Record<string, Rule>> }
export type Listener = Fields<typeof LISTENER> & FieldsOf<Lists['listeners']>
export type FleetLb = DeepReadonly<Static<typeof FleetLbSchema>>
export type EnvoyFleet = {
  readonly kind: 'envoy'
  readonly lb: FleetLb
  readonly listeners: Readonly<Record<string, Listener>>
  readonly security?: { readonly allowUnprotected?: boolean } & FiltersIn<'security'>
  readonly filters?: FiltersIn<'filters'>
} & FieldsOf<Lists['fleets']> &
  FieldsOf<readonly OfFleetToo[]>
/** By `kind`. */
export type Fleet = EnvoyFleet
export interface Config {
  readonly version: 1
  readonly upstreams: Readonly<Record<string, Upstream>>
  readonly routes: Readonly<Record<string, Route>>
  readonly secrets?: Readonly<Record<string, DeepReadonly<Static<typeof SecretSchema>>>>
  readonly jwt?: Readonly<Record<string, DeepReadonly<Static<typeof JwtProviderSchema>>>>
  readonly fleets: Readonly<Record<string, Fleet>>
}
export type { LbSettings, OnNack }

/** The settings by which a fleet balances calls to an upstream: the upstream's own override the fleet's. */
export function lbOf(fleet: { readonly lb: LbSettings }, upstream: Upstream): LbSettings {
  return upstream.lb ?? fleet.lb
}

/** What a NACK by a node of this fleet leads to. */
export function onNackOf({ onNack = DEFAULT_ON_NACK }: Fleet): OnNack {
  return onNack
}
