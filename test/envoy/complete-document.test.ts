// docs/reference/complete-document.yaml does what its comments say: a real control plane serves it to a real Envoy, and real
// clients call. Only addresses and ports are replaced by free ones.

import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { credentials, Metadata } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { RestClient } from '../../api/client.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { parseConfig } from '../../control-plane/document/file.ts'
import { freePort } from '../../processes/free-port.ts'
import { createClient } from '../../services/rpc/index.ts'
import { SECRETS, writeCertificates } from '../../testbed/certificates/folder.ts'
import { openBackend, socketPath } from '../support/open-backend.ts'
import { startEnvoy } from '../support/real-envoy.ts'
import { testFolder } from '../support/test-folder.ts'
import { until } from '../support/until.ts'

const FILE = 'docs/reference/complete-document.yaml'
const TEXT = await readFile(new URL(`../../${FILE}`, import.meta.url), 'utf8')
const { upstreams, fleets } = parseConfig(TEXT, FILE)
const LISTENERS = fleets.edge?.kind === 'envoy' ? fleets.edge.listeners : {}

/** A backend for each endpoint, with its id, at a free address of the same kind. */
async function startEndpoints(t: Test, secrets: string) {
  const tls = {
    certificate: join(secrets, 'echo.pem'),
    key: join(secrets, 'echo.key'),
    clientCa: join(secrets, 'ca.pem'),
  }
  const places = new Map<string, string>()
  for (const upstream of Object.values(upstreams)) {
    for (const [id, { address }] of Object.entries(upstream.endpoints ?? {})) {
      const isUnix = address.startsWith('unix:')
      const listen = isUnix ? { path: await socketPath(t) } : { host: '127.0.0.1', port: 0 }
      const { backend } = await openBackend(t, { id, listen, ...(upstream.tls && { tls }) })
      places.set(address, backend.address)
    }
  }
  return places
}

/** The text with every address and port replaced, so that the document that is applied is the one in the docs. */
function moved(places: ReadonlyMap<string, string>, ports: ReadonlyMap<number, number>): string {
  const withAddresses = [...places].reduce((text, [from, to]) => text.replace(`"${from}"`, `"${to}"`), TEXT)
  return [...ports].reduce(
    (text, [from, to]) => text.replace(`port: ${from}\n`, `port: ${to}\n`),
    withAddresses,
  )
}

async function start(t: Test) {
  const folder = testFolder(t)
  await writeCertificates(folder)
  const secretsFolder = join(folder, SECRETS)
  const nothing = { kind: 'envoy', lb: { mode: 'l7', policy: 'round_robin' }, listeners: {} } as const
  const control = await startControlPlane({
    config: { version: 1, upstreams: {}, routes: {}, fleets: { edge: nothing } },
    admin: '127.0.0.1:0',
    xds: `unix:${await socketPath(t)}`,
    secretsFolder,
  })
  t.teardown(() => control.close())
  const places = await startEndpoints(t, secretsFolder)
  const ports = new Map<number, number>()
  for (const { port } of Object.values(LISTENERS)) ports.set(port, await freePort())
  const envoyFolder = join(folder, 'envoy')
  await mkdir(envoyFolder)
  const envoy = await startEnvoy(t, control.xdsAddress, 'delta', { folder: envoyFolder, cluster: 'edge' })
  await envoy.admin.waitUntilLive()
  const rest = new RestClient({ url: control.adminUrl })
  t.match(await rest.putConfig(moved(places, ports)), { outcome: 'synced' })
  const untilServing = async () => {
    await until(async () => (await envoy.admin.dynamicListeners()).every(({ state }) => state !== 'warming'))
  }
  await untilServing()
  const addressOf = (listener: string) => `127.0.0.1:${ports.get(LISTENERS[listener]?.port ?? 0)}`
  return { rest, untilServing, addressOf, ca: await readFile(join(secretsFolder, 'ca.pem')) }
}

t.test('the complete document serves what its comments say', async (t) => {
  const { rest, untilServing, addressOf, ca } = await start(t)
  const connect = (authority: string) => {
    const options = {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.default_authority': authority,
      'grpc.ssl_target_name_override': 'localhost',
    }
    const tls = { credentials: credentials.createSsl(ca), options }
    const echo = createClient(EchoService, addressOf('main'), tls)
    const keyValue = createClient(KeyValueService, addressOf('main'), tls)
    t.teardown(() => {
      echo.close()
      keyValue.close()
    })
    return { echo, keyValue }
  }
  const callers = async (count: number, call: (index: number) => Promise<{ readonly backendId: string }>) =>
    new Set(
      await Promise.all(Array.from({ length: count }, async (_, index) => (await call(index)).backendId)),
    )
  const { echo } = connect('localhost')
  const tester = Metadata.fromHttp2Headers({ 'x-canary': '1' })
  t.same(await callers(10, () => echo.unary({}, { metadata: tester })), new Set(['c1']), 'testers')
  // 400 calls miss the canary's 10 % less often than once in a million million.
  t.same(await callers(400, () => echo.unary({})), new Set(['b1', 'b2', 'c1']), 'b3 drains')

  const { keyValue } = connect('key-value.local')
  const ofTenant = (tenant: string) => ({ metadata: Metadata.fromHttp2Headers({ 'x-tenant': tenant }) })
  const blue = await callers(10, (index) => keyValue.put({ key: `blue-${index}` }, ofTenant('blue')))
  t.equal(blue.size, 1, 'a tenant has one instance')
  // 60 tenants on one of two instances: once in 2^59.
  const all = await callers(60, (index) => keyValue.put({ key: 'k' }, ofTenant(`tenant-${index}`)))
  t.same(all, new Set(['k1', 'k2']))
  await t.rejects(connect('localhost').keyValue.put({ key: 'k' }), 'the host "*" has no rule for it')

  const bytes = createClient(KeyValueService, addressOf('bytes'))
  t.teardown(() => bytes.close())
  const tenants = (index: number) => bytes.put({ key: 'k' }, ofTenant(`tenant-${index}`))
  t.equal((await callers(20, tenants)).size, 1, 'a connection has one instance at L4')

  t.match(await rest.putLb('edge', { mode: 'l4' }), { outcome: 'synced' })
  await untilServing()
  const flipped = connect('localhost').echo
  t.equal((await callers(20, () => flipped.unary({}))).size, 1, 'main follows the flip')
})
