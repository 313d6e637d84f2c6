// Messages of Envoy's further extensions that name a cluster in a field, and whose other fields do not matter for that.

import type { Message } from '@bufbuild/protobuf'

/** By the full name of a message: the field with the cluster's name, which may be one of a `oneof`. */
export const CLUSTER_FIELDS: Readonly<Record<string, string>> = {
  'envoy.config.trace.v3.DatadogConfig': 'collectorCluster',
  'envoy.config.trace.v3.LightstepConfig': 'collectorCluster',
  'envoy.config.trace.v3.ZipkinConfig': 'collectorCluster',
  'envoy.extensions.access_loggers.fluentd.v3.FluentdAccessLogConfig': 'cluster',
  'envoy.extensions.clusters.mcp_multicluster.v3.ClusterConfig.McpCluster': 'cluster',
  'envoy.extensions.filters.http.cache_v2.v3.CacheV2Config': 'overrideUpstreamCluster',
  'envoy.extensions.filters.http.gcp_authn.v3.GcpAuthnFilterConfig': 'cluster',
  'envoy.extensions.filters.http.mcp_router.v3.McpRouter.McpCluster': 'cluster',
  'envoy.extensions.filters.network.dubbo_proxy.v3.RouteAction': 'cluster',
  'envoy.extensions.filters.network.generic_proxy.action.v3.RouteAction': 'cluster',
  'envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.PrefixRoutes.Route': 'cluster',
  'envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.PrefixRoutes.Route.ReadCommandPolicy':
    'cluster',
  'envoy.extensions.filters.network.redis_proxy.v3.RedisProxy.PrefixRoutes.Route.RequestMirrorPolicy':
    'cluster',
  'envoy.extensions.filters.network.thrift_proxy.v3.RouteAction': 'cluster',
  'envoy.extensions.filters.network.thrift_proxy.v3.RouteAction.RequestMirrorPolicy': 'cluster',
  'envoy.extensions.filters.network.thrift_proxy.v3.WeightedCluster.ClusterWeight': 'name',
  'envoy.extensions.filters.udp.udp_proxy.v3.Route': 'cluster',
  'envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig': 'cluster',
  'envoy.extensions.router.cluster_specifiers.lua.v3.LuaConfig': 'defaultCluster',
  'envoy.extensions.router.cluster_specifiers.matcher.v3.ClusterAction': 'cluster',
  'envoy.extensions.router.cluster_specifiers.priority_group.v3.ClusterWeight': 'clusterName',
  'envoy.extensions.tracers.fluentd.v3.FluentdConfig': 'cluster',
}

/** The text in a field of a message. Empty if another field of its `oneof` is set. */
export function textIn(message: Message, field: string): string {
  for (const [name, value] of Object.entries(message) as [string, string | Partial<Oneof> | undefined][]) {
    if (name === field) return `${value}`
    if (typeof value === 'object' && value.case === field) return `${value.value}`
  }
  return ''
}

interface Oneof {
  readonly case: string
  readonly value: string
}
