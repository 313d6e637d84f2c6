// A listener of gRPC servers as a Listener with their address: who is served, how, and which calls.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { type Listener, ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { VirtualHostSchema } from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { certificateProviderOf, type ServerFleet, type ServerListener } from '../document/model.ts'
import { serverListenerName } from '../document/server-listener-name.ts'
import type { FilterChainParts } from '../switches/attach-points.ts'
import { toGrpcFilters } from '../switches/filter-chain.ts'
import { partsOf } from '../switches/parts-of.ts'
import { SWITCHES, type Switches } from '../switches/switches.ts'

/** The routes are part of it: a server forwards nothing. https://github.com/grpc/proposal/blob/master/A36-xds-for-servers.md */
export function toServerListener(
  listener: ServerListener,
  fleet: ServerFleet,
  switches: Switches = SWITCHES,
): Listener {
  const { address, port } = listener
  const chainOf = (name: string) => toChain(name, fleet, switches)
  const context = { certificateProvider: certificateProviderOf(fleet) }
  const [chains = { defaultFilterChain: chainOf('plaintext') }] = partsOf(
    switches.serverListeners,
    { ...listener },
    (one, settings) => one.toServerListener(settings, chainOf, context),
  )
  const portSpecifier = { case: 'portValue' as const, value: port }
  return create(ListenerSchema, {
    name: serverListenerName(listener),
    address: { address: { case: 'socketAddress', value: { address, portSpecifier } } },
    ...chains,
  })
}

/**
 * Chains with different names have different contents. Without that, `@grpc/grpc-js-xds` takes a listener that turns TLS off for
 * the one that it has, and ends its process when TLS is turned on (seen with 1.14).
 */
function toChain(name: string, fleet: ServerFleet, { httpFilters }: Switches): FilterChainParts {
  const manager = create(HttpConnectionManagerSchema, {
    statPrefix: name,
    routeSpecifier: { case: 'routeConfig', value: { name, virtualHosts: [EVERY_CALL] } },
    httpFilters: toGrpcFilters(fleet, 'grpc-server', httpFilters),
  })
  const value = anyPack(HttpConnectionManagerSchema, manager)
  return {
    name,
    filters: [
      {
        name: 'envoy.filters.network.http_connection_manager',
        configType: { case: 'typedConfig', value },
      },
    ],
  }
}

const EVERY_CALL = create(VirtualHostSchema, {
  name: 'calls',
  domains: ['*'],
  routes: [
    {
      match: { pathSpecifier: { case: 'prefix', value: '' } },
      action: { case: 'nonForwardingAction', value: {} },
    },
  ],
})
