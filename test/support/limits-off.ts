// Takes the limits of `control-plane/switches/http2.ts` out of what an Envoy is sent, for twins that show what they are for.

import { create, type Message } from '@bufbuild/protobuf'
import { type Any, anyPack, anyUnpack } from '@bufbuild/protobuf/wkt'
import { type Cluster, ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { Http2ProtocolOptionsSchema } from '@envoy/xds-protos/envoy/config/core/v3/protocol_pb.js'
import { type Listener, ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { HttpProtocolOptionsSchema } from '@envoy/xds-protos/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'

/** For `Served.edit`: HTTP/2 as Envoy speaks it by default, with windows of 256 MiB, to callers and to services. */
export function withoutStreamLimits(resources: readonly Message[]): void {
  for (const resource of resources) {
    if (resource.$typeName === ListenerSchema.typeName) editListener(resource as Listener)
    if (resource.$typeName === ClusterSchema.typeName) editCluster(resource as Cluster)
  }
}

function editListener({ filterChains }: Listener): void {
  for (const { configType } of filterChains.flatMap(({ filters }) => filters)) {
    if (configType.case !== 'typedConfig') continue
    const manager = anyUnpack(configType.value, HttpConnectionManagerSchema)
    if (manager === undefined) continue
    manager.http2ProtocolOptions = create(Http2ProtocolOptionsSchema)
    configType.value = anyPack(HttpConnectionManagerSchema, manager)
  }
}

function editCluster({ typedExtensionProtocolOptions }: Cluster): void {
  const schema = HttpProtocolOptionsSchema
  const packed: Any | undefined = typedExtensionProtocolOptions[schema.typeName]
  const options = packed && anyUnpack(packed, schema)
  const protocol = options?.upstreamProtocolOptions
  if (options === undefined || protocol?.case !== 'explicitHttpConfig') return
  const protocolConfig = { case: 'http2ProtocolOptions' as const, value: create(Http2ProtocolOptionsSchema) }
  protocol.value.protocolConfig = protocolConfig
  typedExtensionProtocolOptions[schema.typeName] = anyPack(schema, options)
}
