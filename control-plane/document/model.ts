// The desired state: its types and its JSON Schema. The switches of the lists are fields of both.

import { type Static, type TProperties, type TSchema, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import type { FieldsOf, FilterRoom, HttpFilterSwitch } from '../switches/attach-points.ts'
import { fieldsOf } from '../switches/fields-of.ts'
import { isHttpFilterSwitch } from '../switches/http-filters.ts'
import { JWT_PROVIDER_EXAMPLE, JwtProviderSchema } from '../switches/jwt-provider.ts'
import { type LbSettings, lbSettingsSchema } from '../switches/lb-policies.ts'
import { NamedMap } from '../switches/named-map.ts'
import { DEFAULT_ON_NACK, type OnNack } from '../switches/on-nack.ts'
import { CLIENTS, facts } from '../switches/schema-keywords.ts'
import { SWITCHES, type Switches } from '../switches/switches.ts'
import { SecretSchema } from '../switches/tls.ts'
import { ALLOW_UNPROTECTED, ENDPOINT, LISTENER, MODES, ROUTE, RULE, strict } from './base-fields.ts'
import type { MatchSchema } from './match.ts'
import { LATER } from './schema-check.ts'

/** Names that have their place in the document, but not in this version: the error says so. */
const later = (...names: string[]) => ({ [LATER]: names })

/** A field with one property for each declaration; no field where there is no declaration. */
function room(name: string, properties: TProperties, description: string, example: object): TProperties {
  if (Object.keys(properties).length === 0) return {}
  const options = { ...strict, description, ...facts({ envoy: FILTERS, example }) }
  return { [name]: Type.Optional(Type.Object(properties, options)) }
}
const FILTERS = 'HttpConnectionManager.http_filters'

const MODE = {
  description: 'l4, which picks an endpoint for each connection, or l7, which picks one for each call',
  ...facts({ envoy: 'Listener.filter_chains.filters', example: 'l7' }),
}

function lbSchema(switches: Switches) {
  return lbSettingsSchema(
    { mode: Type.Enum([...MODES], MODE) },
    {
      description: 'a mode and a policy, such as { mode: l7, policy: round_robin }',
      example: { mode: 'l7', policy: 'least_request', choices: 3 },
    },
    switches,
  )
}

/** `lb` of a fleet: what `PUT /v1/fleets/{fleet}/lb` writes. */
export const FleetLbSchema = lbSchema(SWITCHES)

const UPSTREAM_EXAMPLE = { endpoints: { b1: { address: '127.0.0.1:7101' } } }
const RULE_EXAMPLE = { match: { service: 'switchyard.echo.v1.EchoService' }, to: { echo: 100 } }
const ROUTE_EXAMPLE = { hosts: ['*'], rules: { echo: RULE_EXAMPLE } }
const LISTENER_EXAMPLE = { port: 10_000, l4: { upstream: 'echo' }, l7: { routes: 'public' } }
const FLEET_EXAMPLE = {
  kind: 'envoy',
  lb: { mode: 'l7', policy: 'round_robin' },
  listeners: { main: LISTENER_EXAMPLE },
}

/** The JSON Schema of a document in which these switches can be turned. */
export function createConfigSchema(switches: Switches = SWITCHES) {
  const filters = switches.httpFilters.filter(isHttpFilterSwitch)
  const endpoint = Type.Object(
    { ...ENDPOINT, ...fieldsOf(switches.endpoints) },
    {
      ...strict,
      description: 'an endpoint such as { address: "127.0.0.1:7101" }',
      ...facts({
        envoy: 'ClusterLoadAssignment.endpoints.lb_endpoints',
        example: { address: '127.0.0.1:7101', weight: 2 },
      }),
    },
  )
  const upstream = Type.Object(
    {
      endpoints: Type.Optional(
        NamedMap(endpoint, 'endpoints by their names', {
          envoy: 'ClusterLoadAssignment.endpoints',
          example: { b1: { address: '127.0.0.1:7101' }, b2: { address: 'unix:/run/echo.sock' } },
        }),
      ),
      lb: Type.Optional(
        lbSettingsSchema(
          {},
          {
            description: "a load-balancing policy, which overrides the fleet's",
            example: { policy: 'ring_hash', hashOn: { header: 'x-user' } },
          },
          switches,
        ),
      ),
      ...fieldsOf(switches.upstreams),
    },
    {
      ...strict,
      description: 'an upstream such as { endpoints: { b1: { address: "127.0.0.1:7101" } } }',
      ...facts({ envoy: 'Cluster', example: UPSTREAM_EXAMPLE }),
    },
  )
  const ofRule = filters.flatMap(({ field, appliesTo, rule }) =>
    rule === undefined ? [] : [{ field, appliesTo, ...rule }],
  )
  const rule = Type.Object(
    {
      ...RULE,
      ...fieldsOf(switches.rules),
      ...room(
        'filters',
        fieldsOf(ofRule),
        'settings by the names of filters that the fleet has turned on',
        {},
      ),
    },
    {
      ...strict,
      description: 'a rule with match and to',
      ...facts({ envoy: 'VirtualHost.routes', example: RULE_EXAMPLE }),
    },
  )
  const route = Type.Object(
    {
      ...ROUTE,
      rules: NamedMap(rule, 'rules by their names', {
        envoy: 'VirtualHost.routes',
        example: { echo: RULE_EXAMPLE },
      }),
    },
    {
      ...strict,
      description: 'a route with hosts and rules',
      ...facts({ envoy: 'RouteConfiguration.virtual_hosts', example: ROUTE_EXAMPLE }),
    },
  )
  return Type.Unsafe<Config>(
    Type.Object(
      {
        version: Type.Literal(1, { description: '1' }),
        upstreams: NamedMap(upstream, 'upstreams by their names', { example: { echo: UPSTREAM_EXAMPLE } }),
        routes: NamedMap(route, 'routes by their names', { example: { public: ROUTE_EXAMPLE } }),
        secrets: Type.Optional(
          NamedMap(SecretSchema, 'files of certificates by names', {
            example: { mesh: { ca: 'certs/ca.pem' } },
            clients: ['envoy'],
          }),
        ),
        jwt: Type.Optional(
          NamedMap(JwtProviderSchema, 'issuers of tokens by their names', {
            example: { main: JWT_PROVIDER_EXAMPLE },
            clients: ['envoy'],
          }),
        ),
        fleets: NamedMap(fleetSchema(switches, filters), 'fleets by their names', {
          example: { edge: FLEET_EXAMPLE },
        }),
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
    ...facts({ example: FLEET_EXAMPLE }),
    discriminator: { propertyName: 'kind' },
    oneOf: [envoyFleetSchema(switches, filters)],
    ...later('proxyless'),
  })
}

function envoyFleetSchema(switches: Switches, filters: readonly HttpFilterSwitch[]): TSchema {
  const listener = Type.Object(
    { ...LISTENER, ...fieldsOf(switches.listeners) },
    {
      ...strict,
      description: 'a listener with port, l4 and l7',
      ...facts({ envoy: 'Listener', example: LISTENER_EXAMPLE }),
    },
  )
  const [security, others] = (['security', 'filters'] as const).map((name) =>
    fieldsOf(filters.filter((filter) => filter.room === name)),
  )
  return Type.Object(
    {
      kind: Type.Literal('envoy', { description: 'envoy' }),
      lb: lbSchema(switches),
      listeners: NamedMap(listener, 'listeners by their names', { example: { main: LISTENER_EXAMPLE } }),
      ...fieldsOf(switches.fleets),
      ...fieldsOf(switches.rules.filter(({ alsoOfFleet }) => alsoOfFleet)),
      ...room(
        'security',
        { ...ALLOW_UNPROTECTED, ...security },
        'filters that deny calls, such as { jwt: { enabled: true, anyOf: [main] } }',
        { jwt: { enabled: true, anyOf: ['main'] } },
      ),
      ...room('filters', others ?? {}, 'filters by their names, such as { NAME: { enabled: true } }', {}),
    },
    {
      ...strict,
      description: 'Envoys, whose node.cluster is the name of the fleet',
      [CLIENTS]: ['envoy'],
    },
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
  /** Undefined where `dns` or `aggregate` takes their place. */
  readonly endpoints?: Readonly<Record<string, Endpoint>>
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

/** What a listener does with its connections: its own mode overrides the fleet's. */
export function modeOf(fleet: { readonly lb: Pick<FleetLb, 'mode'> }, { mode }: Pick<Listener, 'mode'>) {
  return mode ?? fleet.lb.mode
}

/** The names of the entries of `routes` that a listener serves in mode l7: each is a virtual host. */
export function routeNamesOf({ l7 }: Pick<Listener, 'l7'>): readonly string[] {
  if (l7 === undefined) return []
  return typeof l7.routes === 'string' ? [l7.routes] : l7.routes
}

/** What a NACK by a node of this fleet leads to. */
export function onNackOf({ onNack = DEFAULT_ON_NACK }: Fleet): OnNack {
  return onNack
}
