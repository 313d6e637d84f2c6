// A listener as Envoy's Listener: a tcp_proxy in mode l4, an HTTP connection manager with its routes by RDS in mode l7.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import type {
  FilterSchema,
  ListenerFilterSchema,
} from '@envoy/xds-protos/envoy/config/listener/v3/listener_components_pb.js'
import {
  type Listener as EnvoyListener,
  ListenerSchema,
} from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { TlsInspectorSchema } from '@envoy/xds-protos/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js'
import { TcpProxySchema } from '@envoy/xds-protos/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import { SwitchyardError } from '../../core/errors.ts'
import type { Config, Fleet, Listener } from '../document/model.ts'
import { httpConnectionManager } from './l7.ts'
import { toDownstreamSocket } from './tls.ts'

/**
 * Both modes differ in the filter chain only, so that Envoy keeps the socket open over a flip and drains the old chain
 * for its `--drain-time-s`: https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/lds
 * The address stays empty: the snapshot cache fills in that of the node.
 */
export function toListener(
  name: string,
  listener: Listener,
  fleet: Pick<Fleet, 'lb' | 'security'>,
  config: Pick<Config, 'jwt'> = {},
): EnvoyListener {
  return create(ListenerSchema, {
    name,
    statPrefix: name,
    address: {
      address: {
        case: 'socketAddress',
        value: { address: '', portSpecifier: { case: 'portValue', value: listener.port } },
      },
    },
    ...toChains(toFilter(name, listener, fleet, config), listener.tls),
  })
}

/**
 * With TLS on, connections are told apart by their first bytes even where none but TLS is served: whether plaintext is allowed
 * beside it is then a second chain and no new listener, and connections under TLS do not notice when it goes.
 */
function toChains(
  filter: MessageInitShape<typeof FilterSchema>,
  tls: Listener['tls'],
): Pick<MessageInitShape<typeof ListenerSchema>, 'listenerFilters' | 'filterChains'> {
  const filters = [filter]
  const transportSocket = toDownstreamSocket(tls)
  if (transportSocket === undefined) return { filterChains: [{ filters }] }
  const secured = { name: 'tls', filterChainMatch: { transportProtocol: 'tls' }, transportSocket, filters }
  const plaintext = { name: 'plaintext', filterChainMatch: { transportProtocol: 'raw_buffer' }, filters }
  return {
    listenerFilters: [tlsInspector()],
    filterChains: tls?.allowPlaintext ? [secured, plaintext] : [secured],
  }
}

function tlsInspector(): MessageInitShape<typeof ListenerFilterSchema> {
  return {
    name: 'envoy.filters.listener.tls_inspector',
    configType: { case: 'typedConfig', value: anyPack(TlsInspectorSchema, create(TlsInspectorSchema)) },
  }
}

function toFilter(
  name: string,
  listener: Listener,
  fleet: Pick<Fleet, 'lb' | 'security'>,
  config: Pick<Config, 'jwt'>,
): MessageInitShape<typeof FilterSchema> {
  const { l4, l7 } = listener
  const { mode } = fleet.lb
  if (mode === 'l4' && l4 !== undefined) return tcpProxy(name, l4.upstream)
  if (mode === 'l7' && l7 !== undefined) return httpConnectionManager(name, listener, fleet, config)
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
