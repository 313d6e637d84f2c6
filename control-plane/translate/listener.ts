// A listener as Envoy's Listener: a tcp_proxy in mode l4, an HTTP connection manager with its routes by RDS in mode l7.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack, durationFromMs } from '@bufbuild/protobuf/wkt'
import type { FilterSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_components_pb.js'
import {
  type Listener as EnvoyListener,
  ListenerSchema,
} from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { RouterSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/router/v3/router_pb.js'
import {
  HttpConnectionManager_CodecType,
  HttpConnectionManagerSchema,
} from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { TcpProxySchema } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import type { FleetLb, Listener } from '../config/model.ts'
import { SwitchyardError } from '../errors.ts'
import { fromAds } from './config-source.ts'

/** How long a stream on which nothing moves is kept. Envoy's own 5 minutes are short for a gRPC watch. */
const STREAM_IDLE_MS = 3_600_000

/**
 * Both modes differ in the filter chain only, so that Envoy keeps the socket open over a flip and drains the old chain
 * for its `--drain-time-s`: https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/lds
 * The address stays empty: the snapshot cache fills in that of the node.
 */
export function toListener(name: string, listener: Listener, mode: FleetLb['mode']): EnvoyListener {
  return create(ListenerSchema, {
    name,
    statPrefix: name,
    address: {
      address: {
        case: 'socketAddress',
        value: { address: '', portSpecifier: { case: 'portValue', value: listener.port } },
      },
    },
    filterChains: [{ filters: [toFilter(name, listener, mode)] }],
  })
}

function toFilter(
  name: string,
  { l4, l7 }: Listener,
  mode: FleetLb['mode'],
): MessageInitShape<typeof FilterSchema> {
  if (mode === 'l4' && l4 !== undefined) return tcpProxy(name, l4.upstream)
  if (mode === 'l7' && l7 !== undefined) return httpConnectionManager(name)
  throw new SwitchyardError('internal', `listener "${name}" has nothing for mode ${mode}`)
}

function tcpProxy(name: string, cluster: string): MessageInitShape<typeof FilterSchema> {
  const config = create(TcpProxySchema, {
    statPrefix: name,
    clusterSpecifier: { case: 'cluster', value: cluster },
  })
  return {
    name: 'envoy.filters.network.tcp_proxy',
    configType: { case: 'typedConfig', value: anyPack(TcpProxySchema, config) },
  }
}

function httpConnectionManager(name: string): MessageInitShape<typeof FilterSchema> {
  const config = create(HttpConnectionManagerSchema, {
    statPrefix: name,
    codecType: HttpConnectionManager_CodecType.AUTO,
    http2ProtocolOptions: {},
    routeSpecifier: { case: 'rds', value: { configSource: fromAds(), routeConfigName: name } },
    httpFilters: [
      {
        name: 'envoy.filters.http.router',
        configType: { case: 'typedConfig', value: anyPack(RouterSchema, create(RouterSchema)) },
      },
    ],
    streamIdleTimeout: durationFromMs(STREAM_IDLE_MS),
  })
  return {
    name: 'envoy.filters.network.http_connection_manager',
    configType: { case: 'typedConfig', value: anyPack(HttpConnectionManagerSchema, config) },
  }
}
