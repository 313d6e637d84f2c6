// Real Envoys and the control plane: mutual TLS between them, and access to Envoy's admin interface.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { rejectForeignNode } from '../../control-plane/access/node-identity.ts'
import { openServerIdentity } from '../../control-plane/access/server-credentials.ts'
import { CONTROL_PLANE_URI, nodeUri } from '../../core/spiffe-ids.ts'
import { type BootstrapOptions, createBootstrap } from '../../envoy-bootstrap/bootstrap.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { type RunningEnvoy, runEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import type { XdsTlsFiles } from '../../envoy-bootstrap/xds-tls.ts'
import { freePort } from '../../processes/free-port.ts'
import { Authority, type Subject } from '../../testbed/certificates/authority.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { writeCertificate } from '../support/certificates.ts'
import { nextEvent } from '../support/conformance.ts'
import { untilSynced } from '../support/real-envoy.ts'
import { staticCluster } from '../support/resources.ts'
import { testFolder } from '../support/test-folder.ts'
import { until } from '../support/until.ts'

const CONTROL_PLANE: Subject = { name: 'control-plane', uris: [CONTROL_PLANE_URI] }
const NODE: Subject = { name: 'edge-1', uris: [nodeUri('fleet', 'edge-1')] }

/** A control plane with the certificate subject `server`, and the TLS files of an Envoy with the subject `node`. */
async function startControlPlane(t: Test, server: Subject, node: Subject) {
  const authority = await Authority.create('test')
  const folder = testFolder(t, { 'ca.pem': authority.issued.certificate })
  const ca = join(folder, 'ca.pem')
  const served = await writeCertificate(folder, 'server', await authority.issue(server))
  const tls = { ...(await writeCertificate(folder, 'node', await authority.issue(node))), ca }
  const cache = new SnapshotCache()
  cache.setSnapshot('fleet', [staticCluster('a')])
  const { address, close } = await startXdsServer({
    cache,
    address: '127.0.0.1:0',
    credentials: (await openServerIdentity({ ...served, clientCa: ca })).credentials,
    authorize: rejectForeignNode,
  })
  t.teardown(close)
  return { cache, address, tls }
}

async function startEnvoy(
  t: Test,
  address: string,
  tls?: XdsTlsFiles,
  changed: Partial<BootstrapOptions> = {},
): Promise<RunningEnvoy> {
  const bootstrap = createBootstrap({
    nodeId: 'edge-1',
    cluster: 'fleet',
    listenerAddress: '127.0.1.9',
    xds: { address, ...(tls && { tls }) },
    ...changed,
  })
  const envoy = await runEnvoy({ binary: findEnvoy().path, bootstrap, folder: t.testdirName })
  t.teardown(() => envoy.stop())
  return envoy
}

t.test('S46: a real Envoy with its own certificate is served over mutual TLS', async (t) => {
  const { cache, address, tls } = await startControlPlane(t, CONTROL_PLANE, NODE)
  await startEnvoy(t, address, tls)
  t.match(await untilSynced(cache), [{ id: 'edge-1', group: 'fleet', state: 'SYNCED' }])
})

t.test('S46: a real Envoy without a certificate gets no stream', async (t) => {
  const { cache, address } = await startControlPlane(t, CONTROL_PLANE, NODE)
  const envoy = await startEnvoy(t, address)
  await untilCounted(envoy, 'cluster.xds_cluster.upstream_cx_destroy_remote_with_active_rq')
  t.same(cache.status(), [])
})

t.test("S47: a real Envoy with another node's certificate is denied with 7", async (t) => {
  const other = { name: 'edge-2', uris: [nodeUri('fleet', 'edge-2')] }
  const { cache, address, tls } = await startControlPlane(t, CONTROL_PLANE, other)
  const denied = nextEvent(cache, ({ kind }) => kind === 'rejected')
  await startEnvoy(t, address, tls)
  t.match(await denied, { code: status.PERMISSION_DENIED, message: /names .*edge-2, and node "edge-1"/ })
  t.same(cache.status(), [])
})

t.test('a real Envoy rejects a server with another identity than the control plane', async (t) => {
  const impostor = { name: 'edge-2', uris: [nodeUri('fleet', 'edge-2')], ips: ['127.0.0.1'] }
  const { cache, address, tls } = await startControlPlane(t, impostor, NODE)
  const envoy = await startEnvoy(t, address, tls)
  await untilCounted(envoy, 'cluster.xds_cluster.ssl.fail_verify_san')
  t.same(cache.status(), [])
})

t.test('S50: only the user of an Envoy reaches its admin, whatever the umask is', async (t) => {
  const { address } = await startControlPlane(t, CONTROL_PLANE, NODE)
  const before = process.umask(0)
  t.teardown(() => process.umask(before))
  const envoy = await startEnvoy(t, address)
  const { mode, uid } = await stat(envoy.adminUrl.slice('unix:'.length))
  t.same([mode & 0o777, uid], [0o600, process.getuid?.()])
  t.same(portsOf(envoy.pid), [], 'no port leads to it, neither from loopback nor from the data network')
  t.ok(await envoy.admin.ready(), 'twin: its user reaches it')

  const port = await startEnvoy(t, address, undefined, { adminAddress: '127.0.0.1:0' })
  t.same(portsOf(port.pid), [Number(new URL(port.adminUrl).port)], 'twin: a port is found')
})

t.test(
  'S62: a POST of a web page reaches nothing of the admin, and a Prometheus reads statistics',
  async (t) => {
    const { address, tls } = await startControlPlane(t, CONTROL_PLANE, NODE)
    const statsAddress = `127.0.0.1:${await freePort()}`
    const envoy = await startEnvoy(t, address, tls, { statsAddress })
    await envoy.admin.waitUntilLive()
    // What a browser sends without asking the server first.
    const post = async (url: string, path: string) => {
      const headers = { origin: 'http://evil.example', 'content-type': 'text/plain' }
      return (await fetch(`${url}${path}`, { method: 'POST', headers, body: 'x' })).status
    }
    const paths = [
      '/quitquitquit',
      '/healthcheck/fail',
      '/drain_listeners',
      '/stats/prometheus',
      '/logging?level=off',
    ]
    for (const path of [...paths, '/stats/prometheus/../../quitquitquit', '//quitquitquit']) {
      t.equal(await post(`http://${statsAddress}`, path), 404, `POST ${path}`)
    }
    for (const path of ['/', '/config_dump', '/stats', '/certs', '/stats/prometheus/../../config_dump']) {
      t.equal((await fetch(`http://${statsAddress}${path}`)).status, 404, `GET ${path}`)
    }
    const statistics = await fetch(`http://${statsAddress}/stats/prometheus?usedonly`)
    t.match(await statistics.text(), /^envoy_server_live\{\} 1$/m, 'twin: the statistics')
    t.same(portsOf(envoy.pid), [Number(statsAddress.split(':')[1])], 'no other port')
    t.equal(await envoy.admin.ready(), 'LIVE', 'it goes on')

    const open = await startEnvoy(t, address, undefined, { adminAddress: '127.0.0.1:0' })
    t.equal(await post(open.adminUrl, '/quitquitquit'), 200)
    t.match(await open.exited, { code: 0 }, 'twin: a port of loopback obeys any web page')
  },
)

/** Where a process listens on TCP. */
function portsOf(pid: number): readonly number[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap(
      (fd) => /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [],
    ),
  )
  const LISTEN = '0A'
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === LISTEN && sockets.has(fields[9] ?? ''))
      .map(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16)),
  )
}

/** Polls until the counter is not 0; the test's timeout bounds it. */
async function untilCounted({ admin }: RunningEnvoy, name: string): Promise<void> {
  await until(async () => Boolean((await admin.stats(name)).get(name)))
}
