// The gRPC services of xDS: ADS, and a service for each type, in SotW and delta. Requests and responses stay bytes.

import type { DescService } from '@bufbuild/protobuf'
import { ClusterDiscoveryService } from '@envoy/xds-protos/envoy/service/cluster/v3/cds_pb.js'
import { AggregatedDiscoveryService } from '@envoy/xds-protos/envoy/service/discovery/v3/ads_pb.js'
import { DeltaDiscoveryRequestSchema } from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { EndpointDiscoveryService } from '@envoy/xds-protos/envoy/service/endpoint/v3/eds_pb.js'
import { ExtensionConfigDiscoveryService } from '@envoy/xds-protos/envoy/service/extension/v3/config_discovery_pb.js'
import { ListenerDiscoveryService } from '@envoy/xds-protos/envoy/service/listener/v3/lds_pb.js'
import {
  RouteDiscoveryService,
  VirtualHostDiscoveryService,
} from '@envoy/xds-protos/envoy/service/route/v3/rds_pb.js'
import { ScopedRoutesDiscoveryService } from '@envoy/xds-protos/envoy/service/route/v3/srds_pb.js'
import { RuntimeDiscoveryService } from '@envoy/xds-protos/envoy/service/runtime/v3/rtds_pb.js'
import { SecretDiscoveryService } from '@envoy/xds-protos/envoy/service/secret/v3/sds_pb.js'
import type { Server } from '@grpc/grpc-js'
import {
  CLUSTER,
  ENDPOINT,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTE,
  RUNTIME,
  SCOPED_ROUTE,
  SECRET,
  VIRTUAL_HOST,
} from '../snapshot/resource-type.ts'
import { delta, sotw } from '../streams/protocol.ts'
import { byteMethod } from './byte-method.ts'
import type { OpenStreams } from './open-streams.ts'
import { type ByteStream, type StreamContext, XdsStream } from './xds-stream.ts'

/** Envoy has VHDS in delta only. */
const SERVICES: readonly { readonly service: DescService; readonly typeUrl?: string }[] = [
  { service: AggregatedDiscoveryService },
  { service: ClusterDiscoveryService, typeUrl: CLUSTER },
  { service: EndpointDiscoveryService, typeUrl: ENDPOINT },
  { service: ListenerDiscoveryService, typeUrl: LISTENER },
  { service: RouteDiscoveryService, typeUrl: ROUTE },
  { service: ScopedRoutesDiscoveryService, typeUrl: SCOPED_ROUTE },
  { service: VirtualHostDiscoveryService, typeUrl: VIRTUAL_HOST },
  { service: SecretDiscoveryService, typeUrl: SECRET },
  { service: ExtensionConfigDiscoveryService, typeUrl: EXTENSION_CONFIG },
  { service: RuntimeDiscoveryService, typeUrl: RUNTIME },
]

/** Adds the streaming methods of all services. The unary `Fetch…` methods (REST polling) are not implemented. */
export function addDiscoveryServices(
  server: Server,
  open: OpenStreams,
  context: Omit<StreamContext, 'id' | 'typeUrl' | 'place'>,
): void {
  let streams = 0
  for (const { service, typeUrl } of SERVICES) {
    const methods = service.methods.filter(({ methodKind }) => methodKind === 'bidi_streaming')
    const definition = Object.fromEntries(
      methods.map(({ name }) => [name, byteMethod(`/${service.typeName}/${name}`)]),
    )
    const handlers = Object.fromEntries(
      methods.map(({ name, input }) => [
        name,
        (call: ByteStream) => {
          const place = open.enter(call)
          if (place === undefined) return
          streams += 1
          const own: StreamContext = { ...context, place, id: streams, ...(typeUrl && { typeUrl }) }
          if (input.typeName === DeltaDiscoveryRequestSchema.typeName) new XdsStream(call, delta, own)
          else new XdsStream(call, sotw, own)
        },
      ]),
    )
    server.addService(definition, handlers)
  }
}
