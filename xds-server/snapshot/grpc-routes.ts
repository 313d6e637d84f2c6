// The clusters of a route configuration that every gRPC client asks for. A client uses one virtual host, by its target's authority,
// and only the routes that it understands: https://github.com/grpc/proposal/blob/master/A28-xds-traffic-splitting-and-routing.md

import type { Route, RouteMatch } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import type { RouteConfiguration } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'

/** The clusters with a weight that each virtual host names: whichever host a client uses, it asks for them. */
export function clustersOfEveryHost({ virtualHosts }: RouteConfiguration): readonly string[] {
  const [first, ...others] = virtualHosts
  let common = first?.routes.flatMap(clustersOf) ?? []
  for (const { routes } of others) {
    if (common.length === 0) break
    const here = new Set(routes.flatMap(clustersOf))
    common = common.filter((name) => here.has(name))
  }
  return common
}

function clustersOf({ match, action }: Route): readonly string[] {
  if (action.case !== 'route' || !isUnderstood(match)) return []
  const target = action.value.clusterSpecifier
  if (target.case === 'cluster') return [target.value]
  if (target.case !== 'weightedClusters') return []
  return target.value.clusters.filter(({ weight = 0 }) => weight > 0).map(({ name }) => name)
}

/** `/service/method`, and what such a path can begin with. gRPC's C core skips routes for other paths. */
const PATH = /^\/[^/]+\/[^/]+$/
const PREFIX = /^(\/([^/]+(\/[^/]*)?)?)?$/

/** gRPC skips routes with query parameters or another path specifier. */
function isUnderstood(match: RouteMatch | undefined): boolean {
  if (match === undefined || match.queryParameters.length > 0) return false
  const { pathSpecifier: path } = match
  if (path.case === 'prefix') return PREFIX.test(path.value)
  if (path.case === 'path') return PATH.test(path.value)
  return path.case === 'safeRegex'
}
