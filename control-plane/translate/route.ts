// The routes of an L7 listener as Envoy's RouteConfiguration, which has the listener's name, with a virtual host for each entry.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import {
  type RouteActionSchema,
  type VirtualHost,
  VirtualHostSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import {
  type RouteConfiguration,
  RouteConfigurationSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { memoize, memoizeByText, memoizeEntry, memoizePair, shareEqual } from '../../core/memo.ts'
import { leavesOf } from '../document/leaves.ts'
import { needsQuery } from '../document/match-support.ts'
import {
  type BalancingFleet,
  type Config,
  type LbSettings,
  lbOf,
  type Route,
  type Rule,
} from '../document/model.ts'
import type { RouteActionParts, RouteParts } from '../switches/attach-points.ts'
import { configuredFilters, nameOf } from '../switches/filter-chain.ts'
import type { HashOn } from '../switches/hash-on.ts'
import { hashesQuery, toHashPolicies } from '../switches/hash-policies.ts'
import { QUERY_ALLOWED, queryDenial } from '../switches/http-filters/query-denial.ts'
import { hashOnOf } from '../switches/lb-policies.ts'
import { mergeParts } from '../switches/merge-parts.ts'
import { partsOf } from '../switches/parts-of.ts'
import { type FileContents, NO_FILES } from '../switches/setting-file.ts'
import { stickyHashOf } from '../switches/sticky.ts'
import { SWITCHES, type Switches } from '../switches/switches.ts'
import { entryOf, sortedEntries } from './entry.ts'
import { DENIALS, isOpen, rewrittenDenials } from './introspection.ts'
import { type RouteFilters, toHostFilters, toRoutesFilters, toRuleFilters } from './route-filters.ts'
import { grpcMatchOf, toRouteMatch } from './route-match.ts'
import { orderRules } from './rule-order.ts'
import { sharedLb } from './shared-lb.ts'

type ClusterSpecifier = NonNullable<MessageInitShape<typeof RouteActionSchema>['clusterSpecifier']>

/**
 * The routes of one listener of a fleet.
 * @param names the entries of `routes`: each is a virtual host
 */
export function toRouteConfiguration(
  config: Config,
  fleet: BalancingFleet,
  listener: string,
  names: readonly string[],
  switches: Switches = SWITCHES,
  files: FileContents = NO_FILES,
): RouteConfiguration {
  const virtualHosts = names.map((name) =>
    toVirtualHost(config, fleet, name, entryOf(config.routes, name), switches),
  )
  const make = fleet.kind === 'envoy' ? routeConfigurationOf : grpcRouteConfigurationOf
  const made = make(virtualHosts.reduce(append, NO_HOSTS), listener)
  const typedPerFilterConfig = fleet.kind === 'envoy' ? toRoutesFilters(fleet, files, switches) : undefined
  return typedPerFilterConfig === undefined
    ? made
    : create(RouteConfigurationSchema, { ...made, typedPerFilterConfig })
}

/** Lists with the same hosts are the same list, so that a route configuration is made once for them. */
const append = memoizePair((hosts: readonly VirtualHost[], host: VirtualHost) => [...hosts, host])
const NO_HOSTS: readonly VirtualHost[] = []

const routeConfigurationOf = memoizeByText((virtualHosts: readonly VirtualHost[], listener) =>
  create(RouteConfigurationSchema, {
    name: listener,
    virtualHosts: [...virtualHosts],
    // gRPC clients write the port into :authority; a host of the document stands for all of its ports. The services and the
    // authorizer still see the :authority that was sent, which strip_any_host_port would change.
    ignorePortInHostMatching: true,
  }),
)

/** gRPC clients compare the whole name of their target with the hosts, so a port makes a difference to them. */
const grpcRouteConfigurationOf = memoizeByText((virtualHosts: readonly VirtualHost[], listener) =>
  create(RouteConfigurationSchema, { name: listener, virtualHosts: [...virtualHosts] }),
)

/** The fleet's policies say what calls are hashed on, and its switches hold for rules without them. */
function toVirtualHost(
  config: Config,
  fleet: BalancingFleet,
  name: string,
  route: Route,
  switches: Switches,
): VirtualHost {
  const hashes = hashesOf(switches)(config.upstreams, route)(sharedLb(fleet.lb))
  const entries: Readonly<Record<string, unknown>> = { ...fleet }
  const ofFleet = switches.rules.flatMap(({ alsoOfFleet, field }) =>
    alsoOfFleet ? [[field, entries[field]]] : [],
  )
  const filters = configuredFilters(fleet, switches.httpFilters).filter(({ enabled }) => enabled)
  const ofHosts = filters.filter(({ filter }) => filter.toVirtualHost ?? filter.toRateLimits)
  const context: RouteContext = {
    hashes,
    ofFleet: Object.fromEntries(ofFleet),
    filters: filters.map(({ filter }) => filter.field),
    hostSettings: Object.fromEntries(ofHosts.map(({ filter, settings }) => [filter.field, settings])),
    kind: fleet.kind,
  }
  const shared = shareEqual(context)
  const made = virtualHostOf(switches)(name, route, shared)
  contextOf.set(made, shared)
  return made
}

/** What routes depend on beside the document's route itself. */
interface RouteContext {
  readonly hashes: readonly (readonly [rule: string, hashOn: HashOn])[]
  /** The fleet's settings of switches that a rule may have too. */
  readonly ofFleet: Readonly<Record<string, unknown>>
  /** The filters that are on, by their fields. */
  readonly filters: readonly string[]
  /** The settings of those that take them from virtual hosts, by their fields. */
  readonly hostSettings: Readonly<Record<string, unknown>>
  readonly kind: BalancingFleet['kind']
}

/** Virtual hosts keep their context alive, so that they are found by it again for as long as somebody holds them. */
const contextOf = new WeakMap<VirtualHost, RouteContext>()

/** The context has everything that routes depend on, so that other changes of upstreams and fleets leave a long route as it is. */
const virtualHostOf = memoize((switches: Switches) =>
  memoizeEntry((name, { hosts, rules }: Route, context: RouteContext) => {
    const ordered = context.kind === 'envoy' ? orderRules(rules) : orderRules(forGrpc(rules))
    // A rule that names such a service opens it; one that takes whatever comes does not. gRPC clients have no outside.
    const isEnvoy = context.kind === 'envoy'
    const firstOpen = isEnvoy ? ordered.findIndex(([, { match }]) => isOpen(match)) : -1
    const routes = ordered.flatMap(([id, rule], index) => [
      ...(index === firstOpen ? DENIALS : []),
      ...(isEnvoy ? rewrittenDenials(rule) : []),
      ...toRoutes(id, rule, context, switches),
    ])
    const filters = toHostFilters(context.hostSettings, switches)
    return create(VirtualHostSchema, { name, domains: [...hosts], routes, ...filters })
  }),
)

/** Without the rules that take no call of gRPC clients. */
function forGrpc(rules: Route['rules']): Route['rules'] {
  return Object.fromEntries(
    Object.entries(rules).flatMap(([id, rule]) => {
      const match = grpcMatchOf(rule.match)
      return match === undefined ? [] : [[id, { ...rule, match }] as const]
    }),
  )
}

/** One route, or several where Envoy answers callers in different ways. */
function toRoutes(
  name: string,
  rule: Rule,
  context: RouteContext,
  switches: Switches,
): readonly RouteParts[] {
  const { match } = rule
  const entry = { ...context.ofFleet, ...rule }
  const filters = toRuleFilters(rule, context.filters, switches)
  const rules = switches.rules.filter(({ appliesTo }) => appliesTo.includes(context.kind))
  const answers = partsOf(rules, entry, (one, settings) => one.toAnswers?.(settings)).flat()
  const actions = answers.length > 0 ? answers : [toForwarding(name, entry, context, rules, filters)]
  return actions.map((action) =>
    mergeParts<RouteParts>([
      { name, match: toRouteMatch(match) },
      action,
      { typedPerFilterConfig: { ...filters.typedPerFilterConfig, ...queriesOf(name, rule, context) } },
      ...partsOf(rules, entry, (one, settings) => one.toRoute?.(settings)),
    ]),
  )
}

/** A rule that matches or hashes by a query takes gRPC calls that have one. */
function queriesOf(name: string, { match }: Rule, { hashes, kind }: RouteContext) {
  if (kind !== 'envoy') return {}
  const hashOn = new Map(hashes).get(name)
  const takesQuery = needsQuery(match.query) || (hashOn !== undefined && hashesQuery(hashOn))
  return takesQuery ? { [nameOf(queryDenial)]: QUERY_ALLOWED } : {}
}

/** The action that calls the upstreams of a rule. @param entry the rule, and what its fleet has of the switches that it does not write */
function toForwarding(
  name: string,
  entry: Rule & Readonly<Record<string, unknown>>,
  { hashes, kind }: RouteContext,
  rules: Switches['rules'],
  { rateLimits }: RouteFilters,
): RouteParts {
  const isGrpc = kind !== 'envoy'
  const hashOn = (isGrpc ? undefined : stickyHashOf(entry)) ?? new Map(hashes).get(name)
  const value = mergeParts<RouteActionParts>([
    {
      clusterSpecifier: toClusterSpecifier(entry.to ?? {}),
      hashPolicy: hashOn === undefined ? [] : [...toHashPolicies(hashOn)],
      rateLimits,
    },
    ...partsOf(rules, entry, (one, settings) =>
      isGrpc && one.toGrpcRouteAction !== undefined
        ? one.toGrpcRouteAction(settings, entry)
        : one.toRouteAction?.(settings, entry),
    ),
  ])
  return { action: { case: 'route', value } }
}

function toClusterSpecifier(to: NonNullable<Rule['to']>): ClusterSpecifier {
  const targets = sortedEntries(to)
  const [only] = targets
  if (only !== undefined && targets.length === 1) return { case: 'cluster', value: only[0] }
  return {
    case: 'weightedClusters',
    value: { clusters: targets.map(([name, weight]) => ({ name, weight })) },
  }
}

/** What the calls of each rule are hashed on, by the policies of its upstreams. Fleets share the answer. */
const hashesOf = memoize((switches: Switches) =>
  memoizePair((upstreams: Config['upstreams'], { rules }: Route) =>
    memoize((lb: LbSettings) =>
      Object.entries(rules).flatMap(([name, rule]) => {
        const hashOn = hashOnOfRule(upstreams, lb, rule, switches)
        return hashOn === undefined ? [] : [[name, hashOn] as const]
      }),
    ),
  ),
)

/** A rule has one hash at most; validation has checked it. */
function hashOnOfRule(
  upstreams: Config['upstreams'],
  lb: LbSettings,
  { to }: Rule,
  lists: Switches,
): HashOn | undefined {
  const [found] = sortedEntries(to ?? {}).flatMap(([name]) =>
    leavesOf(upstreams, name).flatMap((leaf) => {
      const own = hashOnOf(lbOf({ lb }, entryOf(upstreams, leaf)), lists)
      return own === undefined ? [] : [{ hashOn: own }]
    }),
  )
  return found?.hashOn
}
