// `yard bootstrap --client`: what it prints, what it rejects, and a real gRPC client (grpc-js-xds) that starts with it.

import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { register } from '@grpc/grpc-js-xds'
import t, { type Test } from 'tap'
import { startBackend } from '../../../services/backend-server.ts'
import { createClient } from '../../../services/rpc/index.ts'
import { apiListener, cluster, localAssignment, routes } from '../../../test/support/resources.ts'
import { testFolder } from '../../../test/support/test-folder.ts'
import { runYard } from '../../../test/support/yard-process.ts'
import { SnapshotCache, startXdsServer } from '../../../xds-server/index.ts'

const folder = testFolder(t)
const bootstrap = (t: Test, client: string, ...flags: string[]) =>
  runYard(t, folder, 'bootstrap', 'clients', 'client-1', '--client', client, ...flags)
const HERE = ['--xds', '127.0.0.1:18000']

t.test('grpc-js-xds starts with the printed file, and is the node of its fleet', async (t) => {
  const backend = await startBackend({ id: 'b1', listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 })
  t.teardown(() => backend.close())
  const port = Number(backend.address.split(':').at(-1))
  const cache = new SnapshotCache({ consistency: 'enforce' })
  cache.setSnapshot('clients', [
    apiListener('echo'),
    routes('echo', 'b'),
    cluster('b'),
    localAssignment('b', port),
  ])
  const server = await startXdsServer({ cache, address: '127.0.0.1:0' })
  t.teardown(() => server.close())
  const flags = ['--xds', server.address, '--locality', 'eu/eu-1', '--feature', 'ignore_resource_deletion']
  const printed = await bootstrap(t, 'node', ...flags)
  t.equal(printed.code, 0)
  t.match(printed.output, 'start it: GRPC_XDS_BOOTSTRAP=FILE PROGRAM\n')
  const file = join(folder, 'client-1.json')
  writeFileSync(file, printed.stdout)
  process.env.GRPC_XDS_BOOTSTRAP = file
  register()
  const client = createClient(EchoService, 'xds:///echo')
  t.teardown(() => client.close())
  t.match(await client.unary({}), { backendId: 'b1' })
  t.match(cache.status(), [{ id: 'client-1', group: 'clients', connected: true }])
})

t.test('flags become fields, and files absolute paths', async (t) => {
  const { code, stdout, output } = await bootstrap(
    t,
    'python',
    ...HERE,
    ...['--xds', '10.0.0.3:18000', '--ca', 'ca.pem', '--cert', 'c.pem', '--key', 'c.key'],
    ...['--locality', 'eu/eu-1/a', '--feature', 'trusted_xds_server', '--feature', 'fail_on_data_errors'],
    ...['--token', 'token', '--provider-ca', 'roots.pem', '--authority', 'a.example'],
    ...['--authority', 'b.example=10.0.0.4:18000'],
  )
  t.equal(code, 0)
  t.match(
    output,
    'GRPC_XDS_BOOTSTRAP=FILE GRPC_EXPERIMENTAL_XDS_DATA_ERROR_HANDLING=true GRPC_EXPERIMENTAL_XDS_BOOTSTRAP_CALL_CREDS=true PROGRAM\n',
  )
  const server = (address: string) => ({
    server_uri: address,
    channel_creds: [
      {
        type: 'tls',
        config: {
          ca_certificate_file: resolve('ca.pem'),
          certificate_file: resolve('c.pem'),
          private_key_file: resolve('c.key'),
        },
      },
    ],
    call_creds: [{ type: 'jwt_token_file', config: { jwt_token_file: resolve('token') } }],
    server_features: ['xds_v3', 'trusted_xds_server', 'fail_on_data_errors'],
  })
  t.match(JSON.parse(stdout), {
    xds_servers: [server('127.0.0.1:18000'), server('10.0.0.3:18000')],
    node: {
      id: 'client-1',
      cluster: 'clients',
      locality: { region: 'eu', zone: 'eu-1', sub_zone: 'a' },
    },
    certificate_providers: { default: { config: { ca_certificate_file: resolve('roots.pem') } } },
    authorities: { 'a.example': {}, 'b.example': { xds_servers: [server('10.0.0.4:18000')] } },
  })
})

t.test('what a client would ignore, and what is invalid, is an error with the flag', async (t) => {
  t.match(await bootstrap(t, 'node', ...HERE, '--ca', 'ca.pem', '--feature', 'trusted_xds_server'), {
    code: 2,
    stdout: '',
    output:
      /--ca, --cert, --key: gRPC Node does not understand TLS.*--feature: gRPC Node does not understand trusted_xds_server/s,
  })
  t.match(await bootstrap(t, 'node', ...HERE, '--xds', 'b:1'), {
    code: 2,
    output: /--xds: gRPC Node does not/,
  })
  t.match(await bootstrap(t, 'go', '--xds', 'nowhere'), {
    code: 2,
    output: /--xds: is "nowhere"; write HOST:PORT/,
  })
  t.match(await bootstrap(t, 'go', ...HERE, '--cert', 'c.pem'), { code: 2, output: /--ca is missing/ })
  t.match(await bootstrap(t, 'go', ...HERE, '--locality', 'a/b/c/d'), {
    code: 2,
    output: /more than three parts/,
  })
  t.match(await bootstrap(t, 'go', ...HERE, '--feature', 'x'), {
    code: 2,
    output: /Use one of: xds_v3, ignore/,
  })
  t.match(await bootstrap(t, 'rust', ...HERE), { code: 2, output: /cpp, go, java, node, python/ })
  t.match(await bootstrap(t, 'go', ...HERE, '--authority', 'a=nowhere'), {
    code: 2,
    output: /--authority: is "nowhere"/,
  })
  t.match(await bootstrap(t, 'go', ...HERE, '--provider-cert', 'c.pem'), {
    code: 2,
    output: /--provider-ca, --provider-cert, --provider-key: has only one of certificate and key/,
  })
})

t.test('flags of Envoys and of gRPC clients are not mixed', async (t) => {
  t.match(await bootstrap(t, 'go', ...HERE, '--address', '10.0.0.7', '--protocol', 'sotw'), {
    code: 2,
    output: /--address: is for Envoys.*--protocol: is for Envoys/s,
  })
  t.match(await bootstrap(t, 'go', ...HERE, '--max-connections', '5', '--max-heap', '64'), {
    code: 2,
    output: /--max-connections: is for Envoys.*--max-heap: is for Envoys/s,
  })
  const envoy = (...flags: string[]) => runYard(t, folder, 'bootstrap', 'edge', 'edge-1', ...HERE, ...flags)
  t.match(await envoy('--feature', 'trusted_xds_server'), {
    code: 2,
    output: /--feature: is for gRPC clients: name one with/,
  })
  t.match(await envoy('--xds', '127.0.0.1:2'), { code: 2, output: /--xds: an Envoy has one control plane/ })
  t.match(await envoy(), { code: 0 })
})
