// Real Envoys and the control plane: mutual TLS between them, and access to Envoy's admin interface.

import { once } from 'node:events'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { rejectForeignNode } from '../../control-plane/access/node-identity.ts'
import { readServerCredentials } from '../../control-plane/access/server-credentials.ts'
import { CONTROL_PLANE_URI, nodeUri } from '../../core/spiffe-ids.ts'
import { createBootstrap } from '../../envoy-bootstrap/bootstrap.ts'
import { findEnvoy } from '../../envoy-bootstrap/find-envoy.js'
import { type RunningEnvoy, runEnvoy } from '../../envoy-bootstrap/run-envoy.ts'
import type { XdsTlsFiles } from '../../envoy-bootstrap/xds-tls.ts'
import { Authority, type Subject } from '../../testbed/certificates/authority.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { writeCertificate } from '../support/certificates.ts'
import { nextEvent } from '../support/conformance.ts'
import { untilSynced } from '../support/real-envoy.ts'
import { staticCluster } from '../support/resources.ts'

const CONTROL_PLANE: Subject = { name: 'control-plane', uris: [CONTROL_PLANE_URI] }
const NODE: Subject = { name: 'edge-1', uris: [nodeUri('fleet', 'edge-1')] }

/** A control plane with the certificate subject `server`, and the TLS files of an Envoy with the subject `node`. */
async function startControlPlane(t: Test, server: Subject, node: Subject) {
  const authority = await Authority.create('test')
  const folder = t.testdir({ 'ca.pem': authority.issued.certificate })
  const ca = join(folder, 'ca.pem')
  const served = await writeCertificate(folder, 'server', await authority.issue(server))
  const tls = { ...(await writeCertificate(folder, 'node', await authority.issue(node))), ca }
  const cache = new SnapshotCache()
  cache.setSnapshot('fleet', [staticCluster('a')])
  const { address, close } = await startXdsServer({
    cache,
    address: '127.0.0.1:0',
    credentials: await readServerCredentials({ ...served, clientCa: ca }),
    authorize: rejectForeignNode,
  })
  t.teardown(close)
  return { cache, address, tls }
}

async function startEnvoy(t: Test, address: string, tls?: XdsTlsFiles): Promise<RunningEnvoy> {
  const bootstrap = createBootstrap({
    nodeId: 'edge-1',
    cluster: 'fleet',
    listenerAddress: '127.0.1.9',
    xds: { address, ...(tls && { tls }) },
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

t.test("S50: Envoy's admin interface is not reachable from the data network", async (t) => {
  const { address } = await startControlPlane(t, CONTROL_PLANE, NODE)
  const envoy = await startEnvoy(t, address)
  const port = Number(new URL(envoy.adminUrl).port)
  const data = Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses)
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map((one) => one.address)
  for (const host of [envoy.address, ...data]) t.equal(await dial(host, port), 'ECONNREFUSED', host)
  t.equal(await dial('127.0.0.1', port), 'connected', 'twin: it answers on loopback')
})

/** Polls until the counter is not 0; the test's timeout bounds it. */
async function untilCounted({ admin }: RunningEnvoy, name: string): Promise<void> {
  while (!(await admin.stats(name)).get(name));
}

async function dial(host: string, port: number): Promise<string> {
  const socket = connect(port, host)
  try {
    await once(socket, 'connect')
    return 'connected'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  } finally {
    socket.destroy()
  }
}
