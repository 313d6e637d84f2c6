// The resources of a fleet under the names of an authority: `xdstp://AUTHORITY/TYPE/NAME`, by which gRPC clients find the control
// plane of that authority in their bootstrap. https://github.com/grpc/proposal/blob/master/A47-xds-federation.md

import { clone, type DescMessage, isMessage, type Message, type MessageShape } from '@bufbuild/protobuf'
import { type Any, anyPack, anyUnpack } from '@bufbuild/protobuf/wkt'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { RouteConfigurationSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_pb.js'
import { ClusterConfigSchema } from '@envoy/xds-protos/envoy/extensions/clusters/aggregate/v3/cluster_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { memoizeByText } from '../../core/memo.ts'

/** @param typeName of the resource, such as `envoy.config.cluster.v3.Cluster` */
export function nameUnder(authority: string, typeName: string, name: string): string {
  return `xdstp://${authority}/${typeName}/${name}`
}

/** Copies with other names: the resource's own, and those that it refers to. Copies are changed here and nowhere else. */
type Rename = (type: DescMessage, name: string) => string

/** A copy of a resource for gRPC clients, in which it and all that it refers to have their names under the authority. */
export const underAuthority = memoizeByText((resource: Message, authority): Message => {
  const rename: Rename = ({ typeName }, name) => nameUnder(authority, typeName, name)
  if (isMessage(resource, ListenerSchema)) return listenerUnder(resource, rename)
  if (isMessage(resource, RouteConfigurationSchema)) return routesUnder(resource, rename)
  if (isMessage(resource, ClusterSchema)) return clusterUnder(resource, rename)
  if (isMessage(resource, ClusterLoadAssignmentSchema)) return assignmentUnder(resource, rename)
  return resource
})

function listenerUnder(listener: MessageShape<typeof ListenerSchema>, rename: Rename): Message {
  const copy = clone(ListenerSchema, listener)
  copy.name = rename(ListenerSchema, copy.name)
  const { apiListener } = copy
  if (apiListener?.apiListener !== undefined) {
    apiListener.apiListener = repack(apiListener.apiListener, HttpConnectionManagerSchema, (manager) => {
      const { routeSpecifier: routes } = manager
      if (routes.case !== 'rds') return
      routes.value.routeConfigName = rename(RouteConfigurationSchema, routes.value.routeConfigName)
    })
  }
  return copy
}

function routesUnder(routes: MessageShape<typeof RouteConfigurationSchema>, rename: Rename): Message {
  const copy = clone(RouteConfigurationSchema, routes)
  copy.name = rename(RouteConfigurationSchema, copy.name)
  for (const { action } of copy.virtualHosts.flatMap((host) => host.routes)) {
    if (action.case !== 'route') continue
    const { clusterSpecifier: target } = action.value
    if (target.case === 'cluster') target.value = rename(ClusterSchema, target.value)
    if (target.case !== 'weightedClusters') continue
    for (const one of target.value.clusters) one.name = rename(ClusterSchema, one.name)
  }
  return copy
}

/** Clients reject a cluster with such a name whose assignment has no name of its own. */
function clusterUnder(cluster: MessageShape<typeof ClusterSchema>, rename: Rename): Message {
  const copy = clone(ClusterSchema, cluster)
  const { edsClusterConfig, clusterDiscoveryType: discovery, name } = copy
  copy.name = rename(ClusterSchema, name)
  if (edsClusterConfig !== undefined) {
    edsClusterConfig.serviceName = rename(ClusterLoadAssignmentSchema, edsClusterConfig.serviceName || name)
  }
  if (discovery.case === 'clusterType' && discovery.value.typedConfig !== undefined) {
    discovery.value.typedConfig = repack(discovery.value.typedConfig, ClusterConfigSchema, (config) => {
      config.clusters = config.clusters.map((one) => rename(ClusterSchema, one))
    })
  }
  return copy
}

function assignmentUnder(
  assignment: MessageShape<typeof ClusterLoadAssignmentSchema>,
  rename: Rename,
): Message {
  const copy = clone(ClusterLoadAssignmentSchema, assignment)
  copy.clusterName = rename(ClusterLoadAssignmentSchema, copy.clusterName)
  return copy
}

/** An `Any` of another message stays as it is. */
function repack<T extends DescMessage>(any: Any, schema: T, change: (message: MessageShape<T>) => void): Any {
  const message = anyUnpack(any, schema)
  if (message === undefined) return any
  change(message)
  return anyPack(schema, message)
}
