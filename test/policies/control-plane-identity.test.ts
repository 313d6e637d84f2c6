// Access to the xDS server: which clients may connect, as which node, and which secrets a node receives.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChannelCredentials, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { rejectForeignNode } from '../../control-plane/access/node-identity.ts'
import { openServerIdentity } from '../../control-plane/access/server-credentials.ts'
import { TrafficTally } from '../../control-plane/traffic/traffic-tally.ts'
import { nodeUri } from '../../core/spiffe-ids.ts'
import { Authority } from '../../testbed/certificates/authority.ts'
import { CLUSTER, SECRET, SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { type Certificate, writeCertificate } from '../support/certificates.ts'
import { nextEvent } from '../support/conformance.ts'
import { secret, staticCluster } from '../support/resources.ts'
import { StatsClient } from '../support/stats-client.ts'
import { testFolder } from '../support/test-folder.ts'
import { ADS, connectTo, DeltaClient, nodeOf, SotwClient } from '../support/xds-client.ts'

const SDS = {
  sotw: '/envoy.service.secret.v3.SecretDiscoveryService/StreamSecrets',
  delta: '/envoy.service.secret.v3.SecretDiscoveryService/DeltaSecrets',
}

/** Two fleets, each with its own secret. */
function twoFleets(): SnapshotCache {
  const cache = new SnapshotCache()
  for (const fleet of ['edge', 'west']) {
    cache.setSnapshot(fleet, [staticCluster(`${fleet}-cluster`), secret(`${fleet}-key`, `key of ${fleet}`)])
  }
  return cache
}

interface Guarded {
  readonly cache: SnapshotCache
  readonly traffic: TrafficTally
  readonly authority: Authority
  /** A client with this certificate, or without one. */
  readonly connect: (shown?: Certificate) => ReturnType<typeof connectTo>
  /** A certificate for a node. */
  readonly issue: (fleet: string, node: string) => Promise<Certificate>
}

async function startGuarded(t: Test): Promise<Guarded> {
  const cache = twoFleets()
  const traffic = new TrafficTally({ hasFleet: (name) => ['edge', 'west'].includes(name) })
  const authority = await Authority.create('test')
  const root = Buffer.from(authority.issued.certificate)
  const clientCa = join(testFolder(t, { 'ca.pem': authority.issued.certificate }), 'ca.pem')
  const own = await authority.issue({ name: 'control-plane', dns: ['localhost'] })
  const files = await writeCertificate(t.testdirName, 'server', own)
  const server = await startXdsServer({
    cache,
    address: '127.0.0.1:0',
    credentials: (await openServerIdentity({ ...files, clientCa })).credentials,
    authorize: rejectForeignNode,
    telemetry: [traffic.service],
  })
  t.teardown(() => server.close())
  return {
    cache,
    traffic,
    authority,
    connect: (shown) =>
      connectTo(t, server.address.replace('127.0.0.1', 'localhost'), credentialsOf(root, shown)),
    issue: (fleet, node) => authority.issue({ name: node, uris: [nodeUri(fleet, node)] }),
  }
}

function credentialsOf(root: Buffer, shown: Certificate | undefined): ChannelCredentials {
  if (shown === undefined) return ChannelCredentials.createSsl(root)
  return ChannelCredentials.createSsl(root, Buffer.from(shown.key), Buffer.from(shown.certificate))
}

/** The clusters that a node receives, or the status that its stream ends with. */
async function askFor(channel: ReturnType<typeof connectTo>, id: string, cluster: string) {
  const client = new DeltaClient(channel)
  client.send({ node: nodeOf(id, cluster), typeUrl: CLUSTER })
  const answer = await Promise.race([
    client.next().then(({ resources }) => resources.map(({ name }) => name)),
    client.raw.ended.then(({ code }) => code),
  ])
  client.close()
  return answer
}

t.test('S46: without a certificate of the client CA, the xDS handshake fails', async (t) => {
  const { cache, connect, issue } = await startGuarded(t)
  const stranger = await (await Authority.create('another')).issue({
    name: 'edge-1',
    uris: [nodeUri('edge', 'edge-1')],
  })
  t.equal(await askFor(connect(), 'edge-1', 'edge'), status.UNAVAILABLE, 'none')
  t.equal(
    await askFor(connect(stranger), 'edge-1', 'edge'),
    status.UNAVAILABLE,
    'a certificate of another CA',
  )
  t.same(cache.status(), [], 'no node is known')
  t.same(await askFor(connect(await issue('edge', 'edge-1')), 'edge-1', 'edge'), ['edge-cluster'], 'twin')
})

t.test('S47: a client with the certificate of one node is not served as another', async (t) => {
  const { cache, connect, issue, authority } = await startGuarded(t)
  const own = await issue('edge', 'edge-1')
  const cases: readonly [title: string, shown: Certificate, id: string, cluster: string][] = [
    ['another node.id', own, 'edge-2', 'edge'],
    ['another node.cluster', own, 'edge-1', 'west'],
    ['no node.cluster', own, 'edge', ''],
    ['a certificate that names no node', await authority.issue({ name: 'edge-1' }), 'edge-1', 'edge'],
  ]
  for (const [title, shown, id, cluster] of cases) {
    t.equal(await askFor(connect(shown), id, cluster), status.PERMISSION_DENIED, title)
  }
  t.same(cache.status(), [], 'none of them is known as a node')
  t.same(await askFor(connect(own), 'edge-1', 'edge'), ['edge-cluster'], 'twin')
})

t.test('S47: a node pushes stats as itself, and as nobody else', async (t) => {
  const { traffic, connect, issue } = await startGuarded(t)
  const own = await issue('edge', 'edge-1')
  for (const [id, cluster] of [
    ['edge-2', 'edge'],
    ['edge-1', 'west'],
  ] as const) {
    const foreign = new StatsClient(connect(own))
    foreign.introduce(id, cluster)
    foreign.push({ takenAt: 1_000, calls: 1 })
    t.match(
      await foreign.raw.ended,
      { code: status.PERMISSION_DENIED, details: /needs one for/ },
      `${id} ${cluster}`,
    )
  }
  t.same(traffic.read().nodes, [])

  const client = new StatsClient(connect(own))
  const sampled = new Promise((resolve) => traffic.onSample(resolve))
  client.introduce('edge-1', 'edge')
  client.push({ takenAt: 1_000, calls: 0 })
  // A later message with another node changes nothing: the stream is that of its certificate.
  client.introduce('west-1', 'west')
  client.push({ takenAt: 2_000, calls: 3 })
  t.match(await sampled, { fleet: 'edge', calls: 3, proxies: { 'edge-1': { calls: 3 } } }, 'twin')
  t.match(traffic.read().nodes, [{ id: 'edge-1', fleet: 'edge' }])
  client.raw.end()
})

t.test('S47: a stream cannot change its node', async (t) => {
  const { connect, issue } = await startGuarded(t)
  const client = new DeltaClient(connect(await issue('edge', 'edge-1')))
  client.send({ node: nodeOf('edge-1', 'edge'), typeUrl: CLUSTER })
  t.same(
    (await client.next()).resources.map(({ name }) => name),
    ['edge-cluster'],
  )
  client.send({ node: nodeOf('west-1', 'west'), typeUrl: SECRET, resourceNamesSubscribe: ['west-key'] })
  t.same((await client.next()).removedResources, ['west-key'])
  client.close()
})

t.test('S48: a node gets the secrets of its own fleet only', async (t) => {
  const { connect, issue } = await startGuarded(t)
  const own = await issue('edge', 'edge-1')
  const names = ['edge-key', 'west-key']
  for (const path of [ADS.delta, SDS.delta]) {
    const client = new DeltaClient(connect(own), path)
    client.send({ node: nodeOf('edge-1', 'edge'), typeUrl: SECRET, resourceNamesSubscribe: names })
    const { resources, removedResources } = await client.next()
    t.same([resources.map(({ name }) => name), removedResources], [['edge-key'], ['west-key']], path)
    client.close()
  }
  const wildcard = new DeltaClient(connect(own))
  wildcard.send({ node: nodeOf('edge-1', 'edge'), typeUrl: SECRET, resourceNamesSubscribe: ['*'] })
  t.same(
    (await wildcard.next()).resources.map(({ name }) => name),
    ['edge-key'],
    'all secrets of its fleet',
  )
  wildcard.close()
})

t.test('S48: secrets are sent over a Unix socket, and not over plaintext TCP', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const cache = twoFleets()
  const ask = { node: nodeOf('edge-1', 'edge'), typeUrl: SECRET }
  for (const address of ['127.0.0.1:0', `unix:${folder}/xds.sock`]) {
    const server = await startXdsServer({ cache, address })
    t.teardown(() => server.close())
    for (const path of [ADS.delta, SDS.delta]) {
      const client = new DeltaClient(connectTo(t, server.address), path)
      const withheld = nextEvent(cache, ({ kind }) => kind === 'unserved')
      client.send({ ...ask, resourceNamesSubscribe: ['edge-key'] })
      const answered = client.next().then(({ resources }) => resources.map(({ name }) => name))
      if (address.startsWith('unix:')) t.same(await answered, ['edge-key'], `twin: ${path}`)
      else
        t.match(await Promise.race([withheld, answered]), { typeUrl: SECRET, message: /plaintext TCP/ }, path)
      client.close()
    }
  }
})

t.test(
  'S48: other types are served beside a withheld secret, and the status names the node without it',
  async (t) => {
    const cache = twoFleets()
    const server = await startXdsServer({ cache, address: '127.0.0.1:0' })
    t.teardown(() => server.close())
    const client = new SotwClient(connectTo(t, server.address))
    client.send({ node: nodeOf('edge-1', 'edge'), typeUrl: SECRET, resourceNames: ['edge-key'] })
    client.send({ typeUrl: CLUSTER })
    const response = await client.next()
    t.equal(response.typeUrl, CLUSTER, 'the first response answers the second request')
    cache.setSnapshot('edge', [staticCluster('new'), secret('edge-key', 'rotated')])
    t.equal((await client.next()).typeUrl, CLUSTER, 'a rotation is not sent either')
    client.close()
  },
)
