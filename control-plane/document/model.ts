// The desired state: its types and its JSON Schema. The switches of the lists are fields of both.

import { type Static, type TProperties, Type } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import type { FieldsOf, FilterRoom } from '../switches/attach-points.ts'
import { fieldsOf } from '../switches/fields-of.ts'
import { GRPC_CLIENTS, type GrpcClient } from '../switches/grpc-clients.ts'
import { isHttpFilterSwitch } from '../switches/http-filters.ts'
import { JWT_PROVIDER_EXAMPLE, JwtProviderSchema } from '../switches/jwt-provider.ts'
import { type LbSettings, lbSettingsSchema } from '../switches/lb-policies.ts'
import { NamedMap } from '../switches/named-map.ts'
import { DEFAULT_ON_NACK, type OnNack } from '../switches/on-nack.ts'
import { facts } from '../switches/schema-keywords.ts'
import { SWITCHES, type Switches } from '../switches/switches.ts'
import { SecretSchema } from '../switches/tls.ts'
import { ENDPOINT, type LISTENER, ROUTE, RULE, type SERVER_LISTENER, strict } from './base-fields.ts'
import { filterRoom } from './filter-room.ts'
import { FLEET_EXAMPLE, fleetSchema, lbSchema, proxylessLbSchema } from './fleet-schema.ts'
import type { MatchSchema } from './match.ts'

/** `lb` of a fleet: what `PUT /v1/fleets/{fleet}/lb` writes. */
export const FleetLbSchema = lbSchema(SWITCHES)
export const ProxylessLbSchema = proxylessLbSchema(SWITCHES)

const UPSTREAM_EXAMPLE = { endpoints: { b1: { address: '127.0.0.1:7101' } } }
const RULE_EXAMPLE = { match: { service: 'switchyard.echo.v1.EchoService' }, to: { echo: 100 } }
const ROUTE_EXAMPLE = { hosts: ['*'], rules: { echo: RULE_EXAMPLE } }
/** The JSON Schema of an endpoint, wherever it is written. */
export function endpointSchema(switches: Switches) {
  return Type.Object(
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
}

/** Of the endpoints of an upstream. */
export function endpointsSchema(switches: Switches) {
  return NamedMap(endpointSchema(switches), 'endpoints by their names', {
    envoy: 'ClusterLoadAssignment.endpoints',
    example: { b1: { address: '127.0.0.1:7101' }, b2: { address: 'unix:/run/echo.sock' } },
  })
}

/** The JSON Schema of a document in which these switches can be turned. */
export function createConfigSchema(switches: Switches = SWITCHES) {
  const filters = switches.httpFilters.filter(isHttpFilterSwitch)
  const upstream = Type.Object(
    {
      endpoints: Type.Optional(endpointsSchema(switches)),
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
      ...facts({ envoy: 'Cluster', example: UPSTREAM_EXAMPLE, clients: ['envoy', 'proxyless'] }),
    },
  )
  const ofRule = filters.flatMap(({ field, appliesTo, rule }) =>
    rule === undefined ? [] : [{ field, appliesTo, ...rule }],
  )
  const rule = Type.Object(
    {
      ...RULE,
      ...fieldsOf(switches.rules),
      ...filterRoom(
        'filters',
        fieldsOf(ofRule),
        'settings by the names of filters that the fleet has turned on, such as { fault: {} }',
        { fault: { abort: { status: 'UNAVAILABLE', percentage: 5 } } },
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
      ...facts({
        envoy: 'RouteConfiguration.virtual_hosts',
        example: ROUTE_EXAMPLE,
        clients: ['envoy', 'proxyless'],
      }),
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

export const ConfigSchema = createConfigSchema()

type Lists = typeof SWITCHES
type Fields<T extends TProperties> = DeepReadonly<Static<ReturnType<typeof Type.Object<T>>>>

type Filters = Extract<Lists['httpFilters'][number], { readonly field: string }>
type FiltersIn<Room extends FilterRoom> = {
  readonly [F in Filters as F['room'] extends Room ? F['field'] : never]?: DeepReadonly<Static<F['schema']>>
}
type OfFleetToo = Extract<Lists['rules'][number], { readonly alsoOfFleet?: true }>
type ListenerOfFleetToo = Extract<Lists['listeners'][number], { readonly alsoOfFleet?: true }>

export type Endpoint = Fields<typeof ENDPOINT> & FieldsOf<Lists['endpoints']>
export type Upstream = {
  /** Undefined where `endpointsFrom`, `dns` or `aggregate` takes their place. */
  readonly endpoints?: Readonly<Record<string, Endpoint>>
  readonly lb?: LbSettings
} & FieldsOf<Lists['upstreams']>
export type Match = DeepReadonly<Static<typeof MatchSchema>>
export type Rule = Fields<typeof RULE> & FieldsOf<Lists['rules']>
export type Route = Fields<typeof ROUTE> & { readonly rules: Readonly<Record<string, Rule>> }
export type Listener = Fields<typeof LISTENER> & FieldsOf<Lists['listeners']>
export type FleetLb = DeepReadonly<Static<typeof FleetLbSchema>>
interface CommonFleet {
  readonly onNack?: OnNack
  readonly filters?: FiltersIn<'filters'>
}
export type EnvoyFleet = {
  readonly kind: 'envoy'
  readonly lb: FleetLb
  readonly listeners: Readonly<Record<string, Listener>>
  readonly security?: { readonly allowUnprotected?: boolean } & FiltersIn<'security'>
} & CommonFleet &
  FieldsOf<Lists['fleets']> &
  FieldsOf<readonly OfFleetToo[]> &
  FieldsOf<readonly ListenerOfFleetToo[]>
/** The parts that listeners of all kinds of fleet have, or lack. */
export interface AnyListener {
  readonly l4?: Listener['l4'] | undefined
  readonly l7?: Listener['l7'] | undefined
  readonly mode?: Listener['mode'] | undefined
  readonly tls?: { readonly enabled: boolean } | undefined
}
/** Its name is the target of clients: `xds:///NAME`. */
export interface ProxylessListener {
  readonly l7: NonNullable<Listener['l7']>
  readonly l4?: undefined
  readonly mode?: undefined
}
export type ProxylessLb = DeepReadonly<Static<typeof ProxylessLbSchema>>
export type ProxylessFleet = {
  readonly kind: 'proxyless'
  /** Default: all. */
  readonly clients?: readonly GrpcClient[]
  /** Of the names of all resources: `xdstp://AUTHORITY/TYPE/NAME`. */
  readonly authority?: string
  /** Default: `default`. */
  readonly certificateProvider?: string
  readonly lb: ProxylessLb
  readonly listeners: Readonly<Record<string, ProxylessListener>>
  readonly security?: undefined
} & CommonFleet &
  FieldsOf<readonly OfFleetToo[]>
/** gRPC servers ask for it by its address and port: `serverListenerName`. */
export type ServerListener = Fields<typeof SERVER_LISTENER> &
  FieldsOf<Lists['serverListeners']> & {
    readonly l4?: undefined
    readonly l7?: undefined
    readonly mode?: undefined
  }
export type ServerFleet = {
  readonly kind: 'grpc-server'
  /** Default: all. */
  readonly clients?: readonly GrpcClient[]
  /** Default: `default`. */
  readonly certificateProvider?: string
  readonly listeners: Readonly<Record<string, ServerListener>>
  readonly security?: Pick<FiltersIn<'security'>, 'rbac'>
  readonly lb?: undefined
} & CommonFleet
/** By `kind`. */
export type Fleet = EnvoyFleet | ProxylessFleet | ServerFleet
/** A fleet whose clients pick endpoints. */
export type BalancingFleet = EnvoyFleet | ProxylessFleet
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

/** Whether its clients get its endpoints from this control plane, by EDS. */
export function hasAssignment({ endpoints, endpointsFrom }: Upstream): boolean {
  return endpoints !== undefined || endpointsFrom !== undefined
}

/** What a listener does with its connections: its own mode overrides the fleet's. */
export function modeOf(
  fleet: { readonly lb: Partial<Pick<FleetLb, 'mode'>> },
  { mode }: Pick<AnyListener, 'mode'>,
): 'l4' | 'l7' {
  return mode ?? fleet.lb.mode ?? 'l7'
}

/** The names of the entries of `routes` that a listener serves in mode l7: each is a virtual host. */
export function routeNamesOf({ l7 }: Pick<AnyListener, 'l7'>): readonly string[] {
  if (l7 === undefined) return []
  return typeof l7.routes === 'string' ? [l7.routes] : l7.routes
}

/** The gRPC clients that a fleet may have; undefined for Envoys. */
export function grpcClientsOf(fleet: Fleet): readonly GrpcClient[] | undefined {
  return fleet.kind === 'envoy' ? undefined : (fleet.clients ?? GRPC_CLIENTS)
}

/** The certificate provider that `tls` means, for gRPC clients and servers. */
export function certificateProviderOf({
  certificateProvider = 'default',
}: ProxylessFleet | ServerFleet): string {
  return certificateProvider
}

/** What a NACK by a node of this fleet leads to. */
export function onNackOf({ onNack = DEFAULT_ON_NACK }: Fleet): OnNack {
  return onNack
}
