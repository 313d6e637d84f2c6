// The xDS resource types as the page names and orders them.

const PREFIX = 'type.googleapis.com/'

/** In the order in which a change is pushed: make before break. */
const KNOWN = [
  ['envoy.extensions.transport_sockets.tls.v3.Secret', 'SDS', 'Secrets'],
  ['envoy.config.cluster.v3.Cluster', 'CDS', 'Clusters'],
  ['envoy.config.endpoint.v3.ClusterLoadAssignment', 'EDS', 'Endpoints'],
  ['envoy.config.core.v3.TypedExtensionConfig', 'ECDS', 'Extension configs'],
  ['envoy.service.runtime.v3.Runtime', 'RTDS', 'Runtime'],
  ['envoy.config.listener.v3.Listener', 'LDS', 'Listeners'],
  ['envoy.config.route.v3.ScopedRouteConfiguration', 'SRDS', 'Scoped routes'],
  ['envoy.config.route.v3.RouteConfiguration', 'RDS', 'Routes'],
  ['envoy.config.route.v3.VirtualHost', 'VHDS', 'Virtual hosts'],
] as const

export interface ResourceTypeName {
  readonly typeUrl: string
  /** Of its discovery service, such as `CDS`; the message's name for a type that the page does not know. */
  readonly short: string
  /** Such as `Clusters`. */
  readonly long: string
}

const NAMES: ReadonlyMap<string, ResourceTypeName> = new Map(
  KNOWN.map(([message, short, long]) => [PREFIX + message, { typeUrl: PREFIX + message, short, long }]),
)
const ORDER = [...NAMES.keys()]

export const CLUSTER = `${PREFIX}envoy.config.cluster.v3.Cluster`
export const ENDPOINT = `${PREFIX}envoy.config.endpoint.v3.ClusterLoadAssignment`
export const LISTENER = `${PREFIX}envoy.config.listener.v3.Listener`
export const ROUTE = `${PREFIX}envoy.config.route.v3.RouteConfiguration`

export function nameOfType(typeUrl: string): ResourceTypeName {
  const last = typeUrl.slice(typeUrl.lastIndexOf('.') + 1)
  return NAMES.get(typeUrl) ?? { typeUrl, short: last, long: last }
}

/** In push order. Types that the page does not know come last, by name. */
export function sortTypes(typeUrls: Iterable<string>): readonly string[] {
  const place = (typeUrl: string) => (NAMES.has(typeUrl) ? ORDER.indexOf(typeUrl) : ORDER.length)
  return [...new Set(typeUrls)].sort((one, other) => place(one) - place(other) || (one < other ? -1 : 1))
}
