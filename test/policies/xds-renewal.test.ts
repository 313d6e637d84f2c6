// Real Envoys and their certificates of xDS, which are renewed while they run.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { rejectForeignNode } from '../../control-plane/access/node-identity.ts'
import { openServerIdentity } from '../../control-plane/access/server-credentials.ts'
import { replaceFile } from '../../core/replace-file.ts'
import { CONTROL_PLANE_URI, nodeUri } from '../../core/spiffe-ids.ts'
import { watchedFiles } from '../../envoy-bootstrap/xds-tls.ts'
import { freePort } from '../../processes/free-port.ts'
import { Authority } from '../../testbed/certificates/authority.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { type Certificate, writeCertificate } from '../support/certificates.ts'
import { startBackends } from '../support/echo-backends.ts'
import { startEnvoy, startLoad, untilInEffect, untilSynced } from '../support/real-envoy.ts'
import { requireTool } from '../support/requirements.ts'
import { assignment, cluster, httpListener, routes, staticCluster } from '../support/resources.ts'
import { testFolder } from '../support/test-folder.ts'
import { until } from '../support/until.ts'

const FLEET = 'fleet'
const OTHER = 'other'
const NODE = 'edge-1'
/** A further name in a certificate, by which the server tells it from others. */
const markOf = (number: number) => `spiffe://example.org/certificate-${number}`

/** Certificates of an authority of their own: all that the parts need, so that nothing of the time before is valid. */
async function issueAll(folder: string, number: number) {
  const authority = await Authority.create(`test ${number}`)
  const ca = authority.issued.certificate
  await mkdir(folder, { recursive: true })
  await replaceFile(join(folder, 'ca.pem'), ca)
  const server = await authority.issue({ name: 'control-plane', uris: [CONTROL_PLANE_URI] })
  const identity = {
    ...(await writeCertificate(folder, 'server', server)),
    clientCa: join(folder, 'ca.pem'),
  }
  const node = (fleet: string) =>
    authority.issue({ name: fleet, uris: [nodeUri(fleet, NODE), markOf(number)] })
  return { ca, identity, node }
}

/** A control plane, and the certificates that its clients show: `NODE CERTIFICATE`. */
async function prepare(cache: SnapshotCache, address: string, folder: string, number: number) {
  const { ca, identity, node } = await issueAll(folder, number)
  const shown = new Set<string>()
  const serve = async () =>
    await startXdsServer({
      cache,
      address,
      credentials: (await openServerIdentity(identity)).credentials,
      authorize: (peer, { id, cluster }) => {
        shown.add(`${cluster} ${peer.uris.filter((uri) => uri.startsWith('spiffe://example.org/')).join()}`)
        return rejectForeignNode(peer, { id, cluster })
      },
    })
  return { ca, node, shown, serve }
}

/** The files of a node in a folder of its own; `watched` are written too. */
async function writeFiles(folder: string, ca: string, issued: Certificate) {
  await mkdir(folder)
  await replaceFile(join(folder, 'ca.pem'), ca)
  const tls = { ...(await writeCertificate(folder, 'node', issued)), ca: join(folder, 'ca.pem') }
  const watched = { certificate: join(folder, 'certificate.json'), ca: join(folder, 'ca.json') }
  const content = watchedFiles(tls)
  await replaceFile(watched.certificate, content.certificate)
  await replaceFile(watched.ca, content.ca)
  return { tls, watched }
}

t.test('S57: an Envoy shows its renewed certificate without a restart, and no call fails', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const folder = testFolder(t)
  const [port, xdsPort] = [await freePort(), await freePort()]
  const address = `127.0.0.1:${xdsPort}`
  const [backend = 0] = await startBackends(t, 'b1')
  const cache = new SnapshotCache()
  const served = [cluster('echo'), assignment('echo', backend), httpListener('main', port)]
  cache.setSnapshot(FLEET, [...served, routes('main', 'echo')])
  cache.setSnapshot(OTHER, [staticCluster('a')])

  const before = await prepare(cache, address, join(folder, 'before'), 1)
  const server = await before.serve()
  const start = async (fleet: string, isWatching: boolean) => {
    const own = join(folder, fleet)
    const { tls, watched } = await writeFiles(own, before.ca, await before.node(fleet))
    const options = { folder, nodeId: NODE, cluster: fleet, tls: isWatching ? { ...tls, watched } : tls }
    return { ...(await startEnvoy(t, address, 'delta', { ...options, folder: own })), tls, fleet }
  }
  const following = await start(FLEET, true)
  const fixed = await start(OTHER, false)
  await untilInEffect(cache, following)
  await cache.synced(OTHER)
  t.same([...before.shown], [`${FLEET} ${markOf(1)}`, `${OTHER} ${markOf(1)}`])
  const load = startLoad(t, `127.0.0.1:${port}`)
  await load.further(50)

  const after = await prepare(cache, address, join(folder, 'after'), 2)
  for (const { tls, fleet } of [following, fixed]) {
    const { certificate, key } = await after.node(fleet)
    await replaceFile(tls.ca, after.ca)
    await replaceFile(tls.key, key)
    await replaceFile(tls.certificate, certificate)
  }
  await until(async () => (await following.admin.read('/certs')).includes(markOf(2)))
  await load.further(50)
  await server.close()
  const renewed = await after.serve()
  t.teardown(() => renewed.close())
  cache.setSnapshot(FLEET, [...served, staticCluster('later'), routes('main', 'echo')])
  await untilSynced(cache)
  t.same([...after.shown], [`${FLEET} ${markOf(2)}`], 'the next connection has the new certificate')
  const rejected = 'cluster.xds_cluster.ssl.fail_verify_error'
  await until(async () => Boolean((await fixed.admin.stats(rejected)).get(rejected)))
  t.notOk((await fixed.admin.read('/certs')).includes(markOf(2)), 'twin: files that are not watched')
  await load.further(50)
  t.same((await load.stop()).failures, [])
})
