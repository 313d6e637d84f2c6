// Names with an authority: `xdstp://AUTHORITY/TYPE/ID?KEY=VALUE`.

const TYPES = {
  C: 'cluster.v3.Cluster',
  E: 'endpoint.v3.ClusterLoadAssignment',
  L: 'listener.v3.Listener',
  R: 'route.v3.RouteConfiguration',
}

/** @param type of the resource: a cluster, its endpoints, a listener, or a route configuration */
export function uri(authority: string, type: keyof typeof TYPES, id: string): string {
  return `xdstp://${authority}/envoy.config.${TYPES[type]}/${id}`
}
