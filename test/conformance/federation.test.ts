// A real gRPC client (grpc-js-xds) with several authorities that one server has: each target gets its own resources.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { register } from '@grpc/grpc-js-xds'
import t from 'tap'
import { createClient } from '../../services/rpc/index.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { uri } from '../support/authority-names.ts'
import { callEcho } from '../support/call-echo.ts'
import { startBackends } from '../support/echo-backends.ts'
import { apiListener, cluster, clusterOf, localAssignment, routes } from '../support/resources.ts'

register()

const AUTHORITIES = ['east.example', 'west.example']

/** What a client needs to call `xds://AUTHORITY/echo:80`. */
function resourcesOf(authority: string, port: number) {
  const [clusterName, endpoints] = [uri(authority, 'C', 'e'), uri(authority, 'E', 'e')]
  // A client of grpc-js-xds ends if the type in a name is not that of the resource.
  const [listener, routeName] = [uri(authority, 'L', 'echo:80'), uri(authority, 'R', 'e')]
  return [
    apiListener(listener, routeName),
    routes(routeName, clusterName),
    clusterOf(clusterName, endpoints),
    localAssignment(endpoints, port),
  ]
}

t.test(
  'X76, X80: one server has the names of two authorities, and the default ones beside them',
  async (t) => {
    const [plain = 0, ...ports] = await startBackends(t, 'plain', ...AUTHORITIES)
    const cache = new SnapshotCache({ consistency: 'enforce' })
    cache.setSnapshot('callers', [
      apiListener('echo'),
      routes('echo', 'echo'),
      cluster('echo'),
      localAssignment('echo', plain),
      ...AUTHORITIES.flatMap((authority, index) => resourcesOf(authority, ports[index] ?? 0)),
    ])
    const server = await startXdsServer({ cache, address: '127.0.0.1:0' })
    t.teardown(() => server.close())
    const bootstrap = {
      xds_servers: [{ server_uri: server.address, channel_creds: [{ type: 'insecure' }] }],
      node: { id: 'caller-1', cluster: 'callers', locality: {} },
      // Both are of the default server.
      authorities: Object.fromEntries(AUTHORITIES.map((authority) => [authority, {}])),
    }
    const options = { 'grpc.TEST_ONLY_DO_NOT_USE_IN_PROD.xds_bootstrap_config': JSON.stringify(bootstrap) }
    const targets = [
      ['xds:///echo', 'plain'],
      ...AUTHORITIES.map((authority) => [`xds://${authority}/echo:80`, authority] as const),
    ] as const
    for (const [target, answers] of targets) {
      const client = createClient(EchoService, target, { options })
      t.same(await callEcho(client, { count: 2 }), [answers, answers], target)
      client.close()
    }
  },
)
