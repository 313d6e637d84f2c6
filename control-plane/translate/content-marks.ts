// Marks the resources of fleets that log their calls to the control plane, so that a call says which content it met.

import { createHash } from 'node:crypto'
import {
  clone,
  create,
  type DescMessage,
  isMessage,
  type Message,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf'
import { type Any, anyPack, anyUnpack } from '@bufbuild/protobuf/wkt'
import type { AccessLog } from '@envoy/xds-protos/envoy/config/accesslog/v3/accesslog_pb.js'
import { type Cluster, ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { type Metadata, MetadataSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { type Listener, ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { RouteSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import {
  type RouteConfiguration,
  RouteConfigurationSchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import {
  HttpGrpcAccessLogConfigSchema,
  TcpGrpcAccessLogConfigSchema,
} from '@envoy/xds-protos/envoy/extensions/access_loggers/grpc/v3/als_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { TcpProxySchema } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import { CALL_LOG } from '../../core/log-names.ts'
import { memoize } from '../../core/memo.ts'
import type { EnvoyFleet } from '../document/model.ts'
import { listenerTag, MARK_FIELD, MARK_METADATA } from '../switches/access-log/content-mark.ts'
import { type AccessLogSettings, logsToControlPlane } from '../switches/access-log.ts'

/** What the marks of a resource are about. Calls meet all of them; connections of mode l4 keep their cluster, and all keep their listener. */
export interface ContentMarks {
  readonly clusters: ReadonlySet<string>
  readonly rules: ReadonlySet<string>
  readonly listeners: ReadonlySet<string>
}

/** The marks of resources stay off the wire: what is on it is in the middle of other messages. */
const MARKS = new WeakMap<Message, readonly string[]>()

/** Whether some listener of the fleet logs to the control plane. */
export function hasMarks({ accessLog, listeners }: EnvoyFleet): boolean {
  const logs = (settings: AccessLogSettings | undefined) =>
    settings !== undefined && logsToControlPlane(settings)
  return Object.values(listeners).some((one) => logs(one.accessLog ?? accessLog))
}

/** The resource with its marks; others than clusters, routes and listeners as they are. Equal messages have equal marks. */
export const withMarks = memoize((resource: Message): Message => {
  if (isMessage(resource, ClusterSchema)) return markCluster(resource)
  if (isMessage(resource, RouteConfigurationSchema)) return markRoutes(resource)
  if (isMessage(resource, ListenerSchema)) return markListener(resource)
  return resource
})

/** All marks of the resources of a fleet. */
export function marksOf(resources: readonly Message[]): ContentMarks {
  const of = (schema: DescMessage) =>
    new Set(resources.filter((one) => isMessage(one, schema)).flatMap((one) => MARKS.get(one) ?? []))
  return { clusters: of(ClusterSchema), rules: of(RouteConfigurationSchema), listeners: of(ListenerSchema) }
}

function hashOf<T extends DescMessage>(schema: T, message: MessageShape<T>): string {
  return createHash('sha256').update(toBinary(schema, message)).digest('base64url').slice(0, 12)
}

function metadataOf(mark: string): Metadata {
  return create(MetadataSchema, { filterMetadata: { [MARK_METADATA]: { [MARK_FIELD]: mark } } })
}

function markCluster(cluster: Cluster): Cluster {
  const mark = hashOf(ClusterSchema, cluster)
  const marked = create(ClusterSchema, { ...cluster, metadata: metadataOf(mark) })
  MARKS.set(marked, [mark])
  return marked
}

function markRoutes(routes: RouteConfiguration): RouteConfiguration {
  const marks: string[] = []
  const virtualHosts = routes.virtualHosts.map((host) => ({
    ...host,
    routes: host.routes.map((route) => {
      const mark = hashOf(RouteSchema, route)
      marks.push(mark)
      return create(RouteSchema, { ...route, metadata: metadataOf(mark) })
    }),
  }))
  const marked = create(RouteConfigurationSchema, { ...routes, virtualHosts })
  MARKS.set(marked, marks)
  return marked
}

function markListener(listener: Listener): Listener {
  const mark = hashOf(ListenerSchema, listener)
  const marked = clone(ListenerSchema, listener)
  for (const { filters } of marked.filterChains) {
    for (const { configType } of filters) {
      if (configType.case === 'typedConfig') configType.value = withTag(configType.value, mark)
    }
  }
  MARKS.set(marked, [mark])
  return marked
}

/** A filter whose log to the control plane has the tag of its listener. */
function withTag(filter: Any, mark: string): Any {
  const manager = anyUnpack(filter, HttpConnectionManagerSchema)
  if (manager !== undefined) {
    tagLogs(manager.accessLog, mark)
    return anyPack(HttpConnectionManagerSchema, manager)
  }
  const proxy = anyUnpack(filter, TcpProxySchema)
  if (proxy === undefined) return filter
  tagLogs(proxy.accessLog, mark)
  return anyPack(TcpProxySchema, proxy)
}

function tagLogs(logs: readonly AccessLog[], mark: string): void {
  for (const { configType } of logs) {
    if (configType.case !== 'typedConfig') continue
    for (const schema of [HttpGrpcAccessLogConfigSchema, TcpGrpcAccessLogConfigSchema]) {
      const log = anyUnpack(configType.value, schema)
      const common = log?.commonConfig
      // One for an upstream of the document has no tags.
      if (log === undefined || common?.logName !== CALL_LOG || common.customTags.length === 0) continue
      common.customTags.push(listenerTag(mark))
      configType.value = anyPack(schema, log as never)
    }
  }
}
