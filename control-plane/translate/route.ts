// The routes of an L7 listener as Envoy's RouteConfiguration, which bears the listener's name.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { durationFromMs } from '@bufbuild/protobuf/wkt'
import type {
  HeaderMatcherSchema,
  RouteActionSchema,
  RouteMatchSchema,
  RouteSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import {
  type RouteConfiguration,
  RouteConfigurationSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { memoizeEntry } from '../../core/memo.ts'
import { type Config, type Fleet, lbOf, type Match, type Route, type Rule } from '../document/model.ts'
import { parseDuration } from '../switches/duration.ts'
import { type HashOn, toHashPolicy } from '../switches/hash-on.ts'
import { hashOnOf } from '../switches/lb-policies.ts'
import { entryOf, sortedEntries } from './entry.ts'
import { isWholePath, orderRules, pathOf } from './rule-order.ts'

type ClusterSpecifier = NonNullable<MessageInitShape<typeof RouteActionSchema>['clusterSpecifier']>

/** The routes of one listener of a fleet, whose policies say what calls are hashed on. */
export function toRouteConfiguration(
  config: Config,
  fleet: Fleet,
  listener: string,
  route: Route,
): RouteConfiguration {
  const hashes = Object.entries(route.rules).flatMap(([name, rule]) => {
    const hashOn = hashOnOfRule(config, fleet, rule)
    return hashOn === undefined ? [] : [[name, hashOn] as const]
  })
  return routeConfigurationOf(listener, route, JSON.stringify(hashes))
}

/** Upstreams come into routes by their hashes only, so that other changes of them leave a long route as it is. */
const routeConfigurationOf = memoizeEntry((listener, { hosts, rules }: Route, hashes: string) => {
  const hashOn = new Map<string, HashOn>(JSON.parse(hashes))
  const ordered = orderRules(rules)
  const routes = ordered.map(([name, rule]) => toRoute(name, rule, hashOn.get(name)))
  // A rule that names such a service opens it; one that takes whatever comes does not.
  const firstOpen = ordered.findIndex(([, { match }]) => isOpen(match))
  if (firstOpen >= 0) routes.splice(firstOpen, 0, ...INTROSPECTION.map(toRefusal))
  return create(RouteConfigurationSchema, {
    name: listener,
    virtualHosts: [{ name: listener, domains: [...hosts], routes }],
    // gRPC clients write the port into :authority; a host of the config stands for all of its ports.
    ignorePortInHostMatching: true,
  })
})

/** Services that tell what is behind the listener: reflection, channelz, and Envoy's own, such as client status discovery. */
const INTROSPECTION = ['/grpc.reflection.', '/grpc.channelz.', '/envoy.']

/** Whether calls of these services would go by this rule, though it does not name them. */
function isOpen(match: Match): boolean {
  const path = pathOf(match)
  const overlaps = INTROSPECTION.some((prefix) => prefix.startsWith(path) || path.startsWith(prefix))
  return match.service === undefined && overlaps
}

/** gRPC callers read 403 as `PERMISSION_DENIED`. */
function toRefusal(prefix: string): MessageInitShape<typeof RouteSchema> {
  return {
    name: `not from outside: ${prefix}`,
    match: { pathSpecifier: { case: 'prefix', value: prefix } },
    action: { case: 'directResponse', value: { status: 403 } },
  }
}

/**
 * A backend that says GOAWAY refuses the streams that crossed it. It has not processed them, so that gRPC clients send them
 * again on their own; Envoy does where it is told. https://www.rfc-editor.org/rfc/rfc9113#section-8.7
 */
const REFUSED_STREAMS = { retryOn: 'refused-stream', numRetries: 3 }

function toRoute(
  name: string,
  { match, to, timeout = '0s' }: Rule,
  hashOn: HashOn | undefined,
): MessageInitShape<typeof RouteSchema> {
  return {
    name,
    match: toRouteMatch(match),
    action: {
      case: 'route',
      value: {
        clusterSpecifier: toClusterSpecifier(to),
        // Envoy would end a call after 15 s by itself, and a gRPC stream may last for days: 0 lets it.
        timeout: durationFromMs(parseDuration(timeout) ?? 0),
        retryPolicy: REFUSED_STREAMS,
        hashPolicy: hashOn === undefined ? [] : [toHashPolicy(hashOn)],
      },
    },
  }
}

function toRouteMatch(match: Match): MessageInitShape<typeof RouteMatchSchema> {
  return {
    pathSpecifier: { case: isWholePath(match) ? 'path' : 'prefix', value: pathOf(match) },
    headers: sortedEntries(match.headers ?? {}).map(([name, value]) => toHeaderMatcher(name, value)),
  }
}

function toHeaderMatcher(name: string, value: string): MessageInitShape<typeof HeaderMatcherSchema> {
  return {
    name,
    headerMatchSpecifier: {
      case: 'stringMatch',
      value: { matchPattern: { case: 'exact', value } },
    },
  }
}

function toClusterSpecifier(to: Rule['to']): ClusterSpecifier {
  const targets = sortedEntries(to)
  const [only] = targets
  if (only !== undefined && targets.length === 1) return { case: 'cluster', value: only[0] }
  return {
    case: 'weightedClusters',
    value: { clusters: targets.map(([name, weight]) => ({ name, weight })) },
  }
}

/** A rule has one hash at most, which validation has seen to. */
function hashOnOfRule({ upstreams }: Config, fleet: Fleet, { to }: Rule): HashOn | undefined {
  const [hashOn] = sortedEntries(to).flatMap(
    ([name]) => hashOnOf(lbOf(fleet, entryOf(upstreams, name))) ?? [],
  )
  return hashOn
}
