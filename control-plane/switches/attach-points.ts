// Where a switch can attach, and what its declaration holds there: one interface for each attach point.
//
// The design:
// - A switch is one declaration in one file, and a line in one list of `switches.ts`. Its schema, the validation, the types, the
//   translation, the message registry, the tables in the docs and the order of the filter chain are made from the lists.
// - An attach point is a place in the document and the Envoy messages that its switches add to. A switch returns *parts* of
//   those messages, and translation merges them (`merge-parts.ts`). Two switches that set one field to different values are an
//   internal error, so the order of a list has a meaning for filters only.
// - A switch that acts although nobody has written it has a `default` in its schema. No value of a switch is a constant of the
//   translation, so that every default in effect can be read, documented and changed.
// - Functions are pure, and get settings that are complete: with the default of each field that is not written.

import type { DescMessage, Message, MessageInitShape } from '@bufbuild/protobuf'
import type { Any } from '@bufbuild/protobuf/wkt'
import type {
  ClusterSchema,
  LoadBalancingPolicy,
} from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import type { TransportSocket } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import type {
  LbEndpointSchema,
  LocalityLbEndpointsSchema,
} from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_components_pb.js'
import type { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import type { FilterChainSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_components_pb.js'
import type { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import type {
  RateLimitSchema,
  RouteActionSchema,
  RouteSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import type { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import type { TcpProxySchema } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import type { HttpProtocolOptionsSchema } from '@envoy/xds-protos/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'
import type { Static, TSchema } from 'typebox'
import type { DeepReadonly } from '../../core/deep-readonly.ts'
import type { GrpcClient, GrpcContext, Unsupported, UnsupportedByEnvoy } from './grpc-clients.ts'
import type { JwtProvider } from './jwt-provider.ts'
import type { LbContext } from './lb-context.ts'
import type { Locality } from './locality.ts'
import type { PlacedProblem } from './placed-problem.ts'
import type { FileContents, SettingFile } from './setting-file.ts'

/** What the clients of a fleet are: Envoys, gRPC clients that speak xDS themselves, or gRPC servers that do. */
export const FLEET_KINDS = ['envoy', 'proxyless', 'grpc-server'] as const
export type FleetKind = (typeof FLEET_KINDS)[number]

/** Some fields of a message, and no whole message: a whole one has its defaults in it. */
type Parts<Schema extends DescMessage> = Exclude<MessageInitShape<Schema>, Message>

export type LbEndpointParts = Parts<typeof LbEndpointSchema>
export type LocalityLbEndpointsParts = Parts<typeof LocalityLbEndpointsSchema>
export type ClusterLoadAssignmentParts = Parts<typeof ClusterLoadAssignmentSchema>
export type ClusterParts = Parts<typeof ClusterSchema>
export type HttpProtocolOptionsParts = Parts<typeof HttpProtocolOptionsSchema>
export type RouteParts = Parts<typeof RouteSchema>
export type RouteActionParts = Parts<typeof RouteActionSchema>
export type RateLimitParts = Parts<typeof RateLimitSchema>
export type ListenerParts = Parts<typeof ListenerSchema>
export type FilterChainParts = Parts<typeof FilterChainSchema>
export type HttpConnectionManagerParts = Parts<typeof HttpConnectionManagerSchema>
export type TcpProxyParts = Parts<typeof TcpProxySchema>

/** A name in settings that must lead to an entry of one of the document's maps. */
export interface SettingReference {
  /** From the settings on, such as `['anyOf', '0']`. */
  readonly steps: readonly string[]
  readonly to: 'upstreams' | 'jwt' | 'secrets'
  readonly name: string
  /** For secrets: the part that the entry must have. */
  readonly part?: 'certificate' | 'ca'
}

/** What a switch sees of the document beside its own settings. */
export interface DocumentMaps {
  readonly jwt: Readonly<Record<string, JwtProvider>>
}

/** Settings in effect. A property without a default may be missing all the same: what reads it looks. */
export type SettingsOf<Schema extends TSchema> = Complete<DeepReadonly<Static<Schema>>>
type Complete<T> = T extends readonly unknown[] ? T : T extends object ? Required<T> : T

/** What every declaration says that is a field of the document. */
export interface FieldSwitch<Field extends string = string, Schema extends TSchema = TSchema> {
  /** The field's name in the entry that the switch attaches to. */
  readonly field: Field
  /**
   * The settings. Each `description` is a noun phrase, because errors read "must be DESCRIPTION". A `default` of the schema
   * holds where the field is not written; a default of one of its properties where only that property is missing.
   */
  readonly schema: Schema
  /** The kinds of fleet whose clients support it. For other fleets it is a validation error. */
  readonly appliesTo: readonly FleetKind[]
  /** The gRPC clients that support it, if it is for them. Default: all. */
  readonly grpcClients?: readonly GrpcClient[]
  /** What single clients do not support. @param written the settings in the document, without defaults */
  unsupportedBy?(written: DeepReadonly<Static<Schema>>, context: GrpcContext): readonly Unsupported[]
  /** What Envoy does not support, of a switch that it knows. */
  unsupportedByEnvoy?(written: DeepReadonly<Static<Schema>>): readonly UnsupportedByEnvoy[]
  /** True if calls are less protected without it: a client that does not support it is an error then, never a warning. */
  readonly protects?: boolean
  /** The messages that it packs into an `Any`; translation throws for others. */
  readonly messages?: readonly DescMessage[]
  references?(settings: SettingsOf<Schema>): readonly SettingReference[]
  /** The files that it takes something from while it is on. */
  files?(settings: SettingsOf<Schema>): readonly SettingFile[]
  /** What the schema cannot check. @param written the settings in the document, without defaults */
  problems?(written: DeepReadonly<Static<Schema>>, maps: DocumentMaps): Iterable<PlacedProblem>
}

/** The type of an entry's fields that the switches of a list declare. */
export type FieldsOf<List extends readonly FieldSwitch[]> = {
  readonly [S in List[number] as S['field']]?: DeepReadonly<Static<S['schema']>>
}

/** `upstreams.*.endpoints.*.FIELD` */
export interface EndpointSwitch<F extends string = string, S extends TSchema = TSchema>
  extends FieldSwitch<F, S> {
  toLbEndpoint?(settings: SettingsOf<S>): LbEndpointParts
  /** What the endpoints of one priority and locality have in common. */
  toLocalityLbEndpoints?(settings: SettingsOf<S>): LocalityLbEndpointsParts
}

/** The endpoints of one locality and one priority. */
export interface EndpointGroup {
  /** Undefined for endpoints without one. */
  readonly locality?: Locality
  readonly priority: number
  /** The sum of the weights of the endpoints that get new calls. */
  readonly weight: number
}

/** What the resources for gRPC clients depend on, beside the settings of a switch. */
export interface GrpcFleetContext {
  /** The instance in `certificate_providers` of the clients' bootstrap that has their certificate and authorities. */
  readonly certificateProvider: string
}

/** Settings of an upstream that share one message of Envoy. */
export interface UpstreamEntry {
  readonly protocol?: string
  readonly tls?: { readonly enabled: boolean }
  readonly healthCheck?: { readonly enabled: boolean }
  readonly drain?: { readonly keepRemoved?: boolean }
}

/** `upstreams.*.FIELD`. Both modes use the cluster; HTTP options have no effect in l4. */
export interface UpstreamSwitch<F extends string = string, S extends TSchema = TSchema>
  extends FieldSwitch<F, S> {
  /** What contradicts other switches of the upstream. */
  problemsWith?(written: DeepReadonly<Static<S>>, entry: UpstreamEntry): Iterable<PlacedProblem>
  /** @param entry the whole upstream, for settings that depend on another switch of it */
  toCluster?(settings: SettingsOf<S>, entry: UpstreamEntry): ClusterParts
  /** For a proxyless fleet. Default: `toCluster`. @param fleet what the fleet says of its clients */
  toGrpcCluster?(settings: SettingsOf<S>, fleet: GrpcFleetContext): ClusterParts
  toHttpProtocolOptions?(settings: SettingsOf<S>, entry: UpstreamEntry): HttpProtocolOptionsParts
  /** The transport socket around that of the cluster, which is undefined for plaintext. Not for gRPC clients. */
  wrapSocket?(settings: SettingsOf<S>, inner: TransportSocket | undefined): TransportSocket | undefined
  toClusterLoadAssignment?(settings: SettingsOf<S>): ClusterLoadAssignmentParts
  /** Asked only where the weights of localities hold. */
  toLocalityLbEndpoints?(settings: SettingsOf<S>, group: EndpointGroup): LocalityLbEndpointsParts
}

/** `fleets.*.lb.FIELD` and `upstreams.*.lb.FIELD`, beside any policy. What one policy alone knows is an option of that policy. */
export interface LbOptionSwitch<F extends string = string, S extends TSchema = TSchema>
  extends FieldSwitch<F, S> {
  toCluster?(settings: SettingsOf<S>): ClusterParts
  /** A policy of Envoy around the chosen one: `envoy.load_balancing_policies.NAME`. Undefined leaves it alone. */
  toPolicy?(
    settings: SettingsOf<S>,
    chosen: LoadBalancingPolicy,
    context: LbContext,
  ): NamedExtension | undefined
}

/** Settings of a rule that share one message of Envoy. Those of its fleet are in it too. */
export interface RuleEntry {
  readonly timeout?: string
  readonly maxStreamDuration?: string
  readonly grpcTimeout?: { readonly enabled: boolean; readonly max?: string; readonly offset?: string }
  readonly retry?: { readonly enabled: boolean; readonly perTryTimeout?: string }
  readonly hedging?: { readonly enabled: boolean; readonly delay?: string }
  readonly sticky?: { readonly enabled: boolean; readonly header?: string }
  readonly redirect?: { readonly enabled: boolean }
  readonly to?: Readonly<Record<string, number>>
  readonly match?: RuleMatch
}

/** `routes.*.rules.*.FIELD` */
export interface RuleSwitch<
  F extends string = string,
  S extends TSchema = TSchema,
  OfFleet extends boolean = boolean,
> extends FieldSwitch<F, S> {
  /** True for a switch that is `fleets.*.FIELD` too, which holds for the rules that do not write it. */
  readonly alsoOfFleet?: OfFleet
  /** What contradicts other switches of the rule. @param entry the rule, and what its fleet has of the switches that it does not write */
  problemsWith?(written: DeepReadonly<Static<S>>, entry: RuleEntry): Iterable<PlacedProblem>
  toRoute?(settings: SettingsOf<S>): RouteParts
  /**
   * What Envoy answers itself, with the `action` for it: no upstream is called then. Several routes for callers that differ in what
   * their `match` adds to the rule's; none where the switch is off.
   */
  toAnswers?(settings: SettingsOf<S>): readonly RouteParts[]
  /** @param entry the whole rule, for settings that depend on another switch of it */
  toRouteAction?(settings: SettingsOf<S>, entry: RuleEntry): RouteActionParts
  /** For a proxyless fleet. Default: `toRouteAction`. */
  toGrpcRouteAction?(settings: SettingsOf<S>, entry: RuleEntry): RouteActionParts
}

/** `fleets.*.listeners.*.FIELD` */
export interface ListenerSwitch<
  F extends string = string,
  S extends TSchema = TSchema,
  OfFleet extends boolean = boolean,
> extends FieldSwitch<F, S> {
  /** True for a switch that is `fleets.*.FIELD` too, which holds for the listeners that do not write it. */
  readonly alsoOfFleet?: OfFleet
  toListener?(settings: SettingsOf<S>): ListenerParts
  /** The chains that take the place of one. */
  toFilterChains?(settings: SettingsOf<S>, chain: FilterChainParts): readonly FilterChainParts[]
  toHttpConnectionManager?(settings: SettingsOf<S>): HttpConnectionManagerParts
  toTcpProxy?(settings: SettingsOf<S>): TcpProxyParts
}

/** `fleets.*.listeners.*.FIELD` of gRPC servers */
export interface ServerListenerSwitch<F extends string = string, S extends TSchema = TSchema>
  extends FieldSwitch<F, S> {
  /** @param chainOf a chain of this name that serves all calls; undefined leaves the one for plaintext */
  toServerListener(
    settings: SettingsOf<S>,
    chainOf: (name: string) => FilterChainParts,
    fleet: GrpcFleetContext,
  ): ListenerParts | undefined
}

/** `fleets.*.FIELD` */
export interface FleetSwitch<F extends string = string, S extends TSchema = TSchema>
  extends FieldSwitch<F, S> {
  toListener?(settings: SettingsOf<S>): ListenerParts
  /** Fields of each chain. @param chain as the switches of listeners have made it */
  toFilterChain?(settings: SettingsOf<S>, chain: FilterChainParts): FilterChainParts
  toHttpConnectionManager?(settings: SettingsOf<S>): HttpConnectionManagerParts
  toTcpProxy?(settings: SettingsOf<S>): TcpProxyParts
  /** Resources of its own, beside those of the upstreams that it refers to. */
  resources?(settings: SettingsOf<S>): readonly ExtraResource[]
}

export interface ExtraResource {
  readonly name: string
  readonly resource: Message
}

/** What filters see of the document beside their own settings. */
export interface FilterContext extends DocumentMaps {
  /** Headers that only this chain may set; see `HttpFilterSwitch.ownedHeaders`. */
  readonly ownedHeaders: readonly string[]
  /** Headers that a filter of this chain compares; see `HttpFilterSwitch.comparedHeaders`. */
  readonly comparedHeaders: readonly string[]
  /** What is in the files that switches name; see `FieldSwitch.files`. */
  readonly files: FileContents
}

/** A filter as Envoy knows it: `envoy.filters.http.NAME`. */
export interface NamedExtension {
  readonly name: string
  readonly extension: Any
}

/** The fields of a fleet that hold filters. */
export type FilterRoom = 'security' | 'filters'

/** How a rule names the methods that it matches. */
export interface RuleMatch {
  readonly service?: string
  readonly method?: string
  readonly path?: string
  readonly prefix?: string
  readonly regex?: string
}

/** A filter that is in every chain and is not a switch. */
export interface FixedFilter {
  /** The name as Envoy knows it: `envoy.filters.http.NAME`. */
  readonly name: string
  /** Names of the filters that a call must have passed before it comes here. */
  readonly after: readonly string[]
  readonly messages: readonly DescMessage[]
  /** The kinds of fleet that have it. Default: Envoys only. */
  readonly appliesTo?: readonly FleetKind[]
  /** Undefined where it would have nothing to do. */
  toExtension(context: FilterContext): Any | undefined
}

/**
 * `fleets.*.ROOM.FIELD`, and with `rule` also `routes.*.rules.*.filters.FIELD`: an HTTP filter that a fleet has or has not. Its
 * settings have `enabled`. `rule` is for filters with a configuration of their own for one route: the fleet turns the filter on,
 * and the rule says what is different for its calls.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/http_filters
 */
export interface HttpFilterSwitch<
  F extends string = string,
  S extends TSchema = TSchema,
  R extends TSchema = TSchema,
  Room extends FilterRoom = FilterRoom,
> extends FieldSwitch<F, S> {
  readonly name: string
  readonly after: readonly string[]
  readonly messages: readonly DescMessage[]
  /** `security` for a filter that may deny calls by who the caller is: l4 needs `allowUnprotected` then. Else `filters`. */
  readonly room: Room
  /** Headers that it sets for the services: a client's own are removed, whether the filter is on or off. */
  ownedHeaders?(settings: SettingsOf<S>, maps: DocumentMaps): readonly string[]
  /**
   * The beginning, behind `x-envoy-`, of the headers that it takes from callers. It removes them itself, as all others are removed
   * before. One filter at most has it.
   */
  readonly envoyHeaders?: string
  /** Headers whose values it compares: it finds each of them whole in the metadata; see `joined-headers.ts`. */
  comparedHeaders?(settings: SettingsOf<S>): readonly string[]
  /** For a switch that is several filters of Envoy: all names that they may have, for the configuration of rules. Default: `name`. */
  readonly names?: readonly string[]
  /** The message of `envoy.filters.http.NAME`, or the filters that take its place, in their order. */
  toExtension(settings: SettingsOf<S>, context: FilterContext): Any | readonly NamedExtension[]
  /** For gRPC clients and servers. Default: `toExtension`. */
  toGrpcExtension?(settings: SettingsOf<S>): Any
  /** For a filter that takes its settings from routes only: the message of `typed_per_filter_config` of the fleet's virtual hosts. */
  toVirtualHost?(settings: SettingsOf<S>): Any
  /** What its filters have in `typed_per_filter_config` of all routes of a listener: it changes without draining connections. */
  toRoutes?(settings: SettingsOf<S>, context: Pick<FilterContext, 'files'>): readonly NamedExtension[]
  /** For a rate limit: what the fleet's virtual hosts describe a call by, `VirtualHost.rate_limits`. Each filter has a stage of its own. */
  toRateLimits?(settings: SettingsOf<S>): readonly RateLimitParts[]
  /** What the listeners need beside the filter while it is on. */
  toHttpConnectionManager?(settings: SettingsOf<S>): HttpConnectionManagerParts
  /** True if it is in effect only for rules that write it: it is in the chain, disabled. */
  readonly rulesOnly?: boolean
  /** True if callers cannot do without it: a listener in mode l4, where no filter sees calls, is an error then. */
  readonly needsL7?: boolean
  /** What is valid beside other filters of the fleet, and may surprise. @param on the fields of those that are on */
  warningsBeside?(on: readonly string[]): Iterable<PlacedProblem>
  resources?(settings: SettingsOf<S>): readonly ExtraResource[]
  readonly rule?: {
    readonly schema: R
    references?(settings: SettingsOf<R>): readonly SettingReference[]
    /** What the schema cannot check. @param written the settings in the document, without defaults */
    problems?(written: DeepReadonly<Static<R>>): Iterable<PlacedProblem>
    /** What is valid, and may not be what the person wants. */
    warnings?(written: DeepReadonly<Static<R>>, rule: { readonly match: RuleMatch }): Iterable<PlacedProblem>
    /** The message of the route's `typed_per_filter_config`; undefined where its calls are like all others of the fleet. */
    toExtension(settings: SettingsOf<R>): Any | undefined
    /** The same for the calls of one rule, `RouteAction.rate_limits`. */
    toRateLimits?(settings: SettingsOf<R>): readonly RateLimitParts[]
  }
}

// Each of these only lets the types of field and schema be inferred, and whether a fleet has the field too.

export function endpointSwitch<const F extends string, S extends TSchema>(declared: EndpointSwitch<F, S>) {
  return declared
}
export function upstreamSwitch<const F extends string, S extends TSchema>(declared: UpstreamSwitch<F, S>) {
  return declared
}
export function lbOptionSwitch<const F extends string, S extends TSchema>(declared: LbOptionSwitch<F, S>) {
  return declared
}
export function ruleSwitch<const F extends string, S extends TSchema, const OfFleet extends boolean = false>(
  declared: RuleSwitch<F, S, OfFleet>,
) {
  return declared
}
export function listenerSwitch<
  const F extends string,
  S extends TSchema,
  const OfFleet extends boolean = false,
>(declared: ListenerSwitch<F, S, OfFleet>) {
  return declared
}
export function serverListenerSwitch<const F extends string, S extends TSchema>(
  declared: ServerListenerSwitch<F, S>,
) {
  return declared
}
export function fleetSwitch<const F extends string, S extends TSchema>(declared: FleetSwitch<F, S>) {
  return declared
}
export function httpFilterSwitch<
  const F extends string,
  S extends TSchema,
  R extends TSchema,
  const Room extends FilterRoom,
>(declared: HttpFilterSwitch<F, S, R, Room>) {
  return declared
}
