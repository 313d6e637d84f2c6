// A gRPC server whose listener comes from xDS: it serves only if the address of the listener is the one that it listens on.

import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { type Listener, ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import { RouterSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/router/v3/router_pb.js'
import { HttpConnectionManagerSchema } from '@envoy/xds-protos/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { ServerCredentials } from '@grpc/grpc-js'
import { register, XdsServer } from '@grpc/grpc-js-xds'
import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'

const NAMES = 'grpc/server?xds.resource.listening_address='
const HOST = '127.0.0.2'

function serverListener(port: number, address: string): Listener {
  const manager = create(HttpConnectionManagerSchema, {
    routeSpecifier: {
      case: 'routeConfig',
      value: {
        virtualHosts: [
          {
            domains: ['*'],
            routes: [
              {
                match: { pathSpecifier: { case: 'prefix', value: '' } },
                action: { case: 'nonForwardingAction', value: {} },
              },
            ],
          },
        ],
      },
    },
    httpFilters: [
      {
        name: 'router',
        configType: { case: 'typedConfig', value: anyPack(RouterSchema, create(RouterSchema)) },
      },
    ],
  })
  const value = anyPack(HttpConnectionManagerSchema, manager)
  const socketAddress = { address, portSpecifier: { case: 'portValue' as const, value: port } }
  return create(ListenerSchema, {
    name: `${NAMES}${HOST}:${port}`,
    address: { address: { case: 'socketAddress', value: socketAddress } },
    defaultFilterChain: { filters: [{ name: 'http', configType: { case: 'typedConfig', value } }] },
  })
}

t.test(
  'a gRPC server on another address than 127.0.0.1 serves by a listener without an address',
  async (t) => {
    const cache = new SnapshotCache()
    const xds = await startXdsServer({ cache, address: '127.0.0.1:0' })
    t.teardown(() => xds.close())
    process.env.GRPC_XDS_BOOTSTRAP_CONFIG = JSON.stringify({
      xds_servers: [{ server_uri: xds.address, channel_creds: [{ type: 'insecure' }] }],
      node: { id: 'server-1', cluster: 'servers', locality: {} },
      server_listener_resource_name_template: `${NAMES}%s`,
    })
    register()
    const server = new XdsServer()
    t.teardown(() => server.forceShutdown())
    const port = await freePort()
    cache.setSnapshot('servers', [serverListener(port, '127.0.0.1')])
    const acked = new Promise<void>((resolve) => {
      cache.onEvent(({ kind }) => kind === 'acked' && resolve())
    })
    let isServing = false
    const serving = new Promise<void>((resolve, reject) => {
      // Called when the server starts to serve. An address that differs is no error: it goes on waiting.
      server.bindAsync(`${HOST}:${port}`, ServerCredentials.createInsecure(), (error) => {
        isServing = true
        error ? reject(error) : resolve()
      })
    })
    await acked
    t.notOk(isServing, 'it has ACKed another address, and does not serve')
    cache.setSnapshot('servers', [serverListener(port, '')])
    await serving
    t.pass('it serves on its own')
  },
)
