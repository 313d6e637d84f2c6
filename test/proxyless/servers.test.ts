// gRPC servers whose listeners come from the control plane, and clients that reach them: TLS, who may call what, and changes of both
// under load. Server and clients are `@grpc/grpc-js` with `@grpc/grpc-js-xds`.

import '../support/rbac-in-node.ts'

import { join } from 'node:path'
import { credentials, ServerCredentials, status } from '@grpc/grpc-js'
import { XdsChannelCredentials, XdsServer, XdsServerCredentials } from '@grpc/grpc-js-xds'
import t, { type Test } from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { echoDefinition, echoHandlers } from '../../services/servers/node/echo-service.ts'
import { SECRETS, writeCertificates } from '../../testbed/certificates/folder.ts'
import { bootstrapOf, connectProxyless, startWithDocument } from '../support/proxyless.ts'
import { testFolder } from '../support/test-folder.ts'

const HOST = '127.0.0.1'
const SERVER = 'spiffe://switchyard/echo'
const CLIENT = 'spiffe://switchyard/client'
const PROVIDER = 'mesh'

/** Everything is off in it; the tests turn it on. */
function documentOf(port: number) {
  return {
    version: 1,
    upstreams: {
      echo: {
        endpoints: { b1: { address: `${HOST}:${port}` } },
        tls: { enabled: false, ca: 'mesh', certificate: 'client', sans: [SERVER] },
      },
    },
    routes: { public: { hosts: ['*'], rules: { all: { match: {}, to: { echo: 1 } } } } },
    secrets: { mesh: { ca: 'ca.pem' }, client: { certificate: 'client.pem', key: 'client.key' } },
    fleets: {
      servers: {
        kind: 'grpc-server',
        clients: ['node'],
        certificateProvider: PROVIDER,
        listeners: { main: { address: HOST, port, tls: { enabled: false } } },
        security: { rbac: { enabled: false, rules: { callers: { san: CLIENT } } } },
      },
      clients: {
        kind: 'proxyless',
        clients: ['node'],
        certificateProvider: PROVIDER,
        lb: { policy: 'round_robin' },
        listeners: { echo: { l7: { routes: 'public' } } },
      },
    },
  }
}

/** A server that serves what the control plane says, and clients with or without a certificate. */
async function start(t: Test) {
  const folder = testFolder(t)
  await writeCertificates(folder)
  const port = await freePort()
  const { control, rest } = await startWithDocument(t, documentOf(port))
  const providerOf = (name: string) => ({
    certificate_providers: {
      [PROVIDER]: {
        plugin_name: 'file_watcher',
        config: {
          certificate_file: join(folder, SECRETS, `${name}.pem`),
          private_key_file: join(folder, SECRETS, `${name}.key`),
          ca_certificate_file: join(folder, SECRETS, 'ca.pem'),
          refresh_interval: '600s',
        },
      },
    },
  })
  const server = new XdsServer({
    'grpc.TEST_ONLY_DO_NOT_USE_IN_PROD.xds_bootstrap_config': bootstrapOf(control.xdsAddress, 'server-1', {
      ...providerOf('echo'),
      cluster: 'servers',
      server_listener_resource_name_template: 'grpc/server?xds.resource.listening_address=%s',
    }),
  })
  server.addService(echoDefinition, echoHandlers('b1'))
  t.teardown(() => server.forceShutdown())
  await new Promise<void>((resolve, reject) => {
    const creds = new XdsServerCredentials(ServerCredentials.createInsecure())
    server.bindAsync(`${HOST}:${port}`, creds, (error) => (error ? reject(error) : resolve()))
  })
  let count = 0
  const connect = () => {
    count += 1
    return connectProxyless(t, control.xdsAddress, `caller-${count}`, {
      credentials: new XdsChannelCredentials(credentials.createInsecure()),
      bootstrap: providerOf('client'),
    })
  }
  const patch = async (change: object) => {
    t.match(await rest.patchConfig(change), { outcome: 'synced' })
  }
  return { rest, connect, patch }
}

const ofServers = (change: object) => ({ fleets: { servers: change } })
const serverTls = (change: object) => ofServers({ listeners: { main: { tls: change } } })
const clientTls = (change: object) => ({ upstreams: { echo: { tls: change } } })

t.test(
  'P20: TLS by certificate providers on both sides, checked on both, and plaintext where it is off',
  async (t) => {
    const { connect, patch, rest } = await start(t)
    t.match(await connect().unary({}), { backendId: 'b1' }, 'plaintext is the fallback of both')

    await patch({ ...serverTls({ enabled: true }), ...clientTls({ enabled: true }) })
    t.match(await connect().unary({}), { backendId: 'b1' }, 'each has the certificate that the other wants')
    t.match(await rest.getStatus(), { fleets: { servers: { kind: 'grpc-server' } }, secrets: {} })

    await patch(clientTls({ sans: ['spiffe://switchyard/other'] }))
    await t.rejects(connect().unary({}), { code: status.UNAVAILABLE }, 'the server has another name')
    await patch(clientTls({ sans: ['spiffe://switchyard/*'] }))
    t.match(await connect().unary({}), { backendId: 'b1' }, 'a name that begins so')

    await patch(clientTls({ certificate: null }))
    await t.rejects(connect().unary({}), { code: status.UNAVAILABLE }, 'a client without a certificate')
    await patch(serverTls({ requireClient: false }))
    t.match(await connect().unary({}), { backendId: 'b1' }, 'the accepted twin')

    await patch(clientTls({ enabled: false }))
    await t.rejects(connect().unary({}), { code: status.UNAVAILABLE }, 'plaintext to a server with TLS')
    await patch(serverTls({ enabled: false }))
    t.match(await connect().unary({}), { backendId: 'b1' }, 'plaintext on both sides again')
  },
)

t.test('P21: a server denies calls that no rule of rbac allows', async (t) => {
  const { connect, patch } = await start(t)
  await patch({ ...serverTls({ enabled: true }), ...clientTls({ enabled: true }) })
  const rbac = (change: object) => ofServers({ security: { rbac: change } })

  await patch(rbac({ enabled: true }))
  t.match(await connect().unary({}), { backendId: 'b1' }, 'the client has the name of the rule')
  await patch(rbac({ rules: { callers: { san: 'spiffe://switchyard/other' } } }))
  await t.rejects(connect().unary({}), { code: status.PERMISSION_DENIED }, 'another name')
  await patch(rbac({ rules: { callers: { san: CLIENT, methods: ['switchyard.kv.v1.KeyValueService/*'] } } }))
  await t.rejects(connect().unary({}), { code: status.PERMISSION_DENIED }, 'another method')
  await patch(rbac({ rules: { callers: { methods: ['switchyard.echo.v1.EchoService/*'] } } }))
  t.match(await connect().unary({}), { backendId: 'b1' })
  await patch(rbac({ rules: { callers: { san: 'spiffe://switchyard/other', methods: null } } }))
  await patch(rbac({ enabled: false }))
  t.match(await connect().unary({}), { backendId: 'b1' }, 'the same rules, off')
})

t.test('P26: a listener is replaced under load, old connections drain, and no call fails', async (t) => {
  const { connect, patch } = await start(t)
  const client = connect()
  await client.unary({})
  const failures: string[] = []
  let calls = 0
  let isRunning = true
  const call = async () => {
    while (isRunning) {
      calls += 1
      await client.unary({}).catch(({ message }: Error) => failures.push(message))
    }
  }
  const running = Promise.all([call(), call(), call()])
  for (let change = 0; change < 6; change += 1) {
    const rules = { callers: null, [`any-${change}`]: { methods: ['switchyard.echo.v1.EchoService/*'] } }
    await patch(ofServers({ security: { rbac: { enabled: true, rules } } }))
    await client.unary({})
  }
  isRunning = false
  await running
  t.comment(`${calls} calls`)
  t.same(failures, [])
})
