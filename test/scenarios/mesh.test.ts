// Meshes of Envoys: which proxies a call passes, whether it is encrypted between them, and where it is balanced.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ChannelCredentials, credentials } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { isEven } from '../../experiments/scenarios/grpc-loadbalancing/fairness.ts'
import { writeCertificates } from '../../testbed/certificates/folder.ts'
import type { MeshShape } from '../../testbed/mesh/mesh-document.ts'
import { ISTIO, LINKERD, ZTUNNEL } from '../../testbed/mesh/mesh-policies.ts'
import { startMesh } from '../../testbed/mesh/start-mesh.ts'
import { spreadOf, startProxiedEcho } from '../support/proxied-echo.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'

const POLICIES = { sidecars: ISTIO, 'node-proxies': ZTUNNEL, waypoint: ISTIO }

async function openMesh(t: Test, shape: MeshShape) {
  const echo = await startProxiedEcho(t)
  const mesh = await startMesh(echo.group, testFolder(t), { shape, policy: POLICIES[shape], places: 3 })
  await mesh.setBackends(echo.backends)
  return { ...echo, mesh, client: echo.connect(mesh.address) }
}

type Mesh = Awaited<ReturnType<typeof openMesh>>['mesh']

/** TLS handshakes of the calls by Envoy, without those of xDS. */
async function handshakesOf({ envoys }: Mesh): Promise<Readonly<Record<string, number>>> {
  const counts = envoys.map(async ({ nodeId, admin }) => {
    const stats = await admin.stats('^(cluster\\.(echo|waypoint)|listener\\.[^.]+)\\.ssl\\.handshake$')
    return [nodeId, [...stats.values()].reduce((sum, count) => sum + count, 0)] as const
  })
  return Object.fromEntries(await Promise.all(counts))
}

t.test('O4.4: sidecars balance each call over backends, over one encrypted connection to each', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { mesh, client, backends } = await openMesh(t, 'sidecars')
  const { answers, connections } = await spreadOf(client, 300, 4)
  t.ok(isEven(answers), JSON.stringify(answers))
  t.equal(connections, 3)
  t.same(await handshakesOf(mesh), { 'client-1': 3, 'server-1-1': 1, 'server-2-1': 1, 'server-3-1': 1 })
  await mesh.setPolicy(LINKERD)
  const { config } = await mesh.testbed.rest.getConfig()
  t.match(config, { routes: { echo: { rules: { all: { retry: { enabled: false } } } } } })
  const after = await spreadOf(client, 60, 4)
  t.same(Object.keys(after.answers).sort(), ['b1', 'b2', 'b3'], 'calls get through with the other policy too')

  await mesh.setBackends(backends.slice(1))
  t.same(Object.keys((await spreadOf(client, 60, 4)).answers).sort(), ['b2', 'b3'], 'b1 is out')
  await t.rejects(mesh.setBackends([...backends, ...backends]), /6 backends are more than the 3 places/)
})

t.test('O4.4: node proxies pin a connection, and a waypoint between them spreads its calls', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const nodes = await openMesh(t, 'node-proxies')
  const pinned = await spreadOf(nodes.client, 60, 4)
  t.equal(Object.keys(pinned.answers).length, 1, JSON.stringify(pinned.answers))
  t.match(Object.keys(pinned.answers)[0], /^b\d$/)
  t.same(await handshakesOf(nodes.mesh), { 'client-node-1': 1, 'server-node-1': 1 })
  await nodes.group.stop()

  const { mesh, client, backends } = await openMesh(t, 'waypoint')
  const { answers } = await spreadOf(client, 300, 4)
  t.ok(isEven(answers), JSON.stringify(answers))
  t.same(await handshakesOf(mesh), { 'client-node-1': 1, 'waypoint-1': 4, 'server-node-1': 3 })

  const address = backends[2]?.address ?? ''
  await mesh.setBackends(backends.map(({ id }) => ({ id: `after-${id}`, address })))
  const { answers: after } = await spreadOf(client, 20)
  t.same(after, { b3: 20 }, 'no connection stays with a backend that had the place before')
})

t.test('O4.4: a sidecar of a backend takes nobody without a certificate of its mesh', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { mesh, connect } = await openMesh(t, 'sidecars')
  const sidecar = mesh.testbed.fleets.get('server-1')?.[0]?.target ?? ''
  const { secretsFolder } = mesh.testbed
  const answersOf = async (credentials?: ChannelCredentials) =>
    (await spreadOf(connect(sidecar, credentials), 1)).answers
  t.notOk((await answersOf()).b1, 'plaintext')
  t.notOk((await answersOf(await clientOf(secretsFolder, 'ca.pem'))).b1, 'TLS without a certificate')
  const others = join(secretsFolder, 'others')
  await writeCertificates(others)
  const stranger = await clientOf(secretsFolder, 'ca.pem', join(others, 'secrets'))
  t.notOk((await answersOf(stranger)).b1, 'a certificate of another authority, with the same names')
  const own = await clientOf(secretsFolder, 'ca.pem', secretsFolder)
  t.same(await answersOf(own), { b1: 1 }, "twin: the mesh's own")
})

/** TLS that trusts the authority, with the certificate of clients in `identity`. */
async function clientOf(folder: string, authority: string, identity?: string): Promise<ChannelCredentials> {
  const ca = await readFile(join(folder, authority))
  if (identity === undefined) return credentials.createSsl(ca, null, null, ANY_NAME)
  const [key, certificate] = await Promise.all(
    ['client.key', 'client.pem'].map((file) => readFile(join(identity, file))),
  )
  return credentials.createSsl(ca, key ?? null, certificate ?? null, ANY_NAME)
}

/** Names are the business of the sidecars. */
const ANY_NAME = { checkServerIdentity: () => undefined }
