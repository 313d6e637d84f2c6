// Listeners in both modes.

import { create, toJson } from '@bufbuild/protobuf'
import { HttpFilterSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import t from 'tap'
import { resourceJson } from '../../test/support/resource-json.ts'
import { createMessageRegistry } from '../../xds-server/snapshot/message-registry.ts'
import { toHttpFilters } from '../switches/filter-chain.ts'
import { declaredMessages } from '../switches/switches.ts'
import { toListener } from './listener.ts'

const { registry } = createMessageRegistry(declaredMessages())

const LISTENER = { port: 10000, l4: { upstream: 'echo' }, l7: { routes: 'public' } }

const fleetIn = (mode: 'l4' | 'l7') => ({ lb: { mode, policy: 'round_robin' as const } })

const SOCKET = {
  name: 'main',
  statPrefix: 'main',
  address: { socketAddress: { portValue: 10000 } },
  listenerFiltersTimeout: '10s',
  enableReusePort: false,
}

t.test('in mode l4 a tcp_proxy takes connections to the upstream', async (t) => {
  t.same(resourceJson(toListener('main', LISTENER, fleetIn('l4'))), {
    ...SOCKET,
    filterChains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.tcp_proxy',
            typedConfig: {
              '@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
              statPrefix: 'main',
              cluster: 'echo',
            },
          },
        ],
      },
    ],
  })
})

t.test('in mode l7 an HTTP connection manager gets the routes of the listener by ADS', async (t) => {
  // What else it has is in the goldens.
  t.match(resourceJson(toListener('main', LISTENER, fleetIn('l7'))), {
    ...SOCKET,
    filterChains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typedConfig: {
              '@type':
                'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              codecType: 'HTTP2',
              statPrefix: 'main',
              http2ProtocolOptions: {
                maxConcurrentStreams: 100,
                initialStreamWindowSize: 65_536,
                initialConnectionWindowSize: 1_048_576,
              },
              rds: { configSource: { ads: {}, resourceApiVersion: 'V3' }, routeConfigName: 'main' },
              httpFilters: toHttpFilters({}).map((filter) =>
                toJson(HttpFilterSchema, create(HttpFilterSchema, filter), { registry }),
              ),
              streamIdleTimeout: '3600s',
              normalizePath: true,
              mergeSlashes: true,
              pathWithEscapedSlashesAction: 'REJECT_REQUEST',
              useRemoteAddress: true,
              internalAddressConfig: { cidrRanges: [{ addressPrefix: '255.255.255.255', prefixLen: 32 }] },
              maxRequestHeadersKb: 60,
              requestHeadersTimeout: '10s',
              commonHttpProtocolOptions: {
                maxHeadersCount: 100,
                headersWithUnderscoresAction: 'REJECT_REQUEST',
              },
            },
          },
        ],
      },
    ],
  })
})

t.test('the modes differ in the filter chain only, so that Envoy keeps the socket over a flip', async (t) => {
  const [l4, l7] = (['l4', 'l7'] as const).map((mode) => {
    const { filterChains: _, ...rest } = resourceJson(toListener('main', LISTENER, fleetIn(mode)))
    return rest
  })
  t.same(l4, l7)
})

t.test('the address is left empty for the node to fill in', async (t) => {
  const { address } = toListener('main', LISTENER, fleetIn('l4'))
  t.match(address, { address: { case: 'socketAddress', value: { address: '' } } })
})

t.test('a listener without the half that the mode wants never leaves the building', async (t) => {
  t.throws(() => toListener('main', { port: 1, l7: { routes: 'public' } }, fleetIn('l4')), {
    code: 'internal',
  })
  t.throws(() => toListener('main', { port: 1, l4: { upstream: 'echo' } }, fleetIn('l7')), {
    code: 'internal',
  })
})
