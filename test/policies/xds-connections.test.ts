// Connections to the xDS server: who does not introduce itself, and who may no longer do what it could, is disconnected.

import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { stat, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { create, toBinary } from '@bufbuild/protobuf'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { LoadStatsRequestSchema } from '@envoy/xds-protos/envoy/service/load_stats/v3/lrs_pb.js'
import { ChannelCredentials, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { rejectForeignNode } from '../../control-plane/access/node-identity.ts'
import { openServerIdentity } from '../../control-plane/access/server-credentials.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { nodeUri } from '../../core/spiffe-ids.ts'
import { Authority } from '../../testbed/certificates/authority.ts'
import { CLUSTER, SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { type Certificate, writeCertificate } from '../support/certificates.ts'
import { nextEvent } from '../support/conformance.ts'
import { ownFolder } from '../support/own-folder.ts'
import { staticCluster } from '../support/resources.ts'
import { sampleConfig } from '../support/sample-config.ts'
import { testFolder } from '../support/test-folder.ts'
import { afterItsEnd, openTlsSession } from '../support/tls-session.ts'
import { until } from '../support/until.ts'
import { untilEnded } from '../support/until-ended.ts'
import { ADS, connectTo, DeltaClient, nodeOf, RawStream } from '../support/xds-client.ts'

const NODE = { name: 'edge-1', uris: [nodeUri('edge', 'edge-1')] }
const SERVER = { name: 'control-plane', dns: ['localhost'] }

const TELEMETRY = '/envoy.service.metrics.v3.MetricsService/StreamMetrics'
const FETCH_STATUS = '/envoy.service.status.v3.ClientStatusDiscoveryService/FetchClientStatus'

const INTRODUCTION = toBinary(
  LoadStatsRequestSchema,
  create(LoadStatsRequestSchema, { node: nodeOf('edge-1', 'edge') }),
)

/** By the path of a method. */
const FIRST_REQUESTS: Readonly<Record<string, Uint8Array>> = {
  [ADS.sotw]: toBinary(
    DiscoveryRequestSchema,
    create(DiscoveryRequestSchema, { node: nodeOf('edge-1', 'edge'), typeUrl: CLUSTER }),
  ),
  [ADS.delta]: toBinary(
    DeltaDiscoveryRequestSchema,
    create(DeltaDiscoveryRequestSchema, { node: nodeOf('edge-1', 'edge'), typeUrl: CLUSTER }),
  ),
  '/envoy.service.load_stats.v3.LoadReportingService/StreamLoadStats': INTRODUCTION,
  // Its identifier has the same form.
  [TELEMETRY]: new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(INTRODUCTION).finish(),
  '/envoy.service.status.v3.ClientStatusDiscoveryService/StreamClientStatus': new Uint8Array(),
}

async function startGuarded(t: Test, introductionTimeoutMs?: number) {
  const authority = await Authority.create('test')
  const ca = authority.issued.certificate
  const clientCa = join(testFolder(t, { 'ca.pem': ca }), 'ca.pem')
  const files = await writeCertificate(t.testdirName, 'server', await authority.issue(SERVER))
  const cache = new SnapshotCache()
  cache.setSnapshot('edge', [staticCluster('a')])
  const { credentials } = await openServerIdentity({ ...files, clientCa })
  const server = await startXdsServer({
    cache,
    address: '127.0.0.1:0',
    credentials,
    authorize: rejectForeignNode,
    ...(introductionTimeoutMs !== undefined && { introductionTimeoutMs }),
  })
  t.teardown(() => server.close())
  return { authority, cache, ca, address: server.address }
}

function open(t: Test, address: string, ca: string, { key, certificate }: Certificate): DeltaClient {
  const credentials = ChannelCredentials.createSsl(
    Buffer.from(ca),
    Buffer.from(key),
    Buffer.from(certificate),
  )
  return new DeltaClient(connectTo(t, address.replace('127.0.0.1', 'localhost'), credentials))
}

/** The names of the clusters that a node is served; none if its stream ends without an answer. */
async function serve(client: DeltaClient): Promise<readonly string[]> {
  client.send({ node: nodeOf('edge-1', 'edge'), typeUrl: CLUSTER })
  const response = await Promise.race([client.next(), client.raw.ended.then(() => undefined)])
  return response?.resources.map(({ name }) => name) ?? []
}

t.test('S57: streams end with the certificate that their client has shown', async (t) => {
  const { authority, cache, ca, address } = await startGuarded(t)
  const lasting = open(t, address, ca, await authority.issue(NODE))
  t.same(await serve(lasting), ['a'])
  const ended = nextEvent(cache, (event) => event.kind === 'rejected')
  const short = await afterItsEnd(async (notAfter) => {
    const client = open(t, address, ca, await authority.issue(NODE, { notAfter }))
    return { client, served: await serve(client) }
  })
  t.same(short.served, ['a'], 'served while it is valid')
  t.match(await ended, { kind: 'rejected', code: status.UNAUTHENTICATED, message: /has ended at \d{4}-/ })
  t.equal((await short.client.raw.ended).code, status.UNAVAILABLE)
  cache.setSnapshot('edge', [staticCluster('b')])
  t.same(
    (await lasting.next()).resources.map(({ name }) => name),
    ['b'],
    'twin: another stream goes on',
  )
  lasting.close()
})

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  t.test(
    `S57: a node's session of ${version} is not resumed, so that its certificate is verified`,
    async (t) => {
      const { authority, ca, address } = await startGuarded(t)
      const before = await afterItsEnd(async (notAfter) => {
        const identity = { ca, issued: await authority.issue(NODE, { notAfter }) }
        return { identity, ...(await openTlsSession(address, identity, version)) }
      })
      t.ok(before.isAccepted, 'accepted while it is valid')
      const after = await openTlsSession(address, before.identity, version, before.session)
      t.match(after, { isAccepted: false, isResumed: false })
      const valid = { ca, issued: await authority.issue(NODE) }
      const twin = await openTlsSession(address, valid, version)
      const again = await openTlsSession(address, valid, version, twin.session)
      t.match(again, { isAccepted: true, isResumed: false }, 'twin: a valid one is accepted again')
    },
  )
}

/** Instead of seven seconds. Honest clients are sooner, also on a busy machine. */
const SHORT_MS = 2_000
const HALF_PREFACE = 'PRI * HTTP/2.0\r\n'

t.test('S66: who does not introduce itself is disconnected', async (t) => {
  const { authority, ca, address } = await startGuarded(t, SHORT_MS)
  const [host, port] = address.split(':') as [string, string]
  const dial = () => connect(Number(port), host)
  const ends: Promise<void>[] = []
  // From its start on: on a busy machine, one may end before the last one is there.
  const follow = (socket: Socket) => {
    ends.push(untilEnded(socket.resume()))
    return socket
  }

  const hello = follow(dial())
  // The head of a record of a handshake that has 512 bytes, and 5 of them.
  hello.write(Buffer.from('1603010200010001fc03', 'hex'))

  const { certificate: cert, key } = await authority.issue(NODE)
  const half = connectTls({ socket: dial(), ca, cert, key, servername: 'localhost', ALPNProtocols: ['h2'] })
  follow(half).write(HALF_PREFACE)

  const cache = new SnapshotCache()
  cache.setSnapshot('edge', [staticCluster('a')])
  const plain = await startXdsServer({
    cache,
    address: '127.0.0.1:0',
    introductionTimeoutMs: SHORT_MS,
    clientStatus: true,
    telemetry: [{ path: TELEMETRY, open: () => ({ take: () => {}, close: () => {} }) }],
  })
  t.teardown(() => plain.close())
  const [plainHost, plainPort] = plain.address.split(':') as [string, string]
  for (const bytes of [HALF_PREFACE, '', 'GET / HTTP/1.1\r\nhost: a\r\n\r\n']) {
    follow(connect(Number(plainPort), plainHost)).write(bytes)
  }
  await Promise.all(ends)
  t.pass('part of a ClientHello, of a preface with and without TLS, nothing, and another protocol')
  const client = connectTo(t, plain.address)
  const spoken = Object.entries(FIRST_REQUESTS).map(([path, request]) => {
    const stream = new RawStream(client, path)
    stream.send(request)
    return { path, stream }
  })
  const silent = [...Object.keys(FIRST_REQUESTS), FETCH_STATUS].map(async (path) => {
    const { code, details } = await new RawStream(client, path).ended
    t.equal(code, status.DEADLINE_EXCEEDED, `${path}: ${details}`)
  })
  await Promise.all(silent)
  for (const { path, stream } of spoken) {
    stream.end()
    t.equal((await stream.ended).code, status.OK, `twin: ${path} stays for longer than that`)
  }

  const honest = open(t, address, ca, { certificate: cert, key })
  t.same(await serve(honest), ['a'])
  const late = new RawStream(connectTo(t, plain.address), ADS.delta)
  await late.ended
  honest.send({ typeUrl: CLUSTER, resourceNamesSubscribe: ['b'] })
  t.same((await honest.next()).removedResources, ['b'], 'twin: an honest stream stays for longer than that')
  honest.close()
})

t.test('a renewed certificate and a new CA are used without a restart', async (t) => {
  const [old, next] = [await Authority.create('old'), await Authority.create('next')]
  const folder = await ownFolder(t)
  const clientCa = join(folder, 'ca.pem')
  await writeFile(clientCa, old.issued.certificate)
  const files = await writeCertificate(folder, 'server', await old.issue(SERVER))
  const faults: string[] = []
  const { xdsAddress, close } = await startControlPlane({
    config: sampleConfig(),
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
    xdsTls: { ...files, clientCa },
    onFault: (error) => faults.push(String(error)),
  })
  t.teardown(close)
  const asOld = open(t, xdsAddress, old.issued.certificate, await old.issue(NODE))
  t.same(await serve(asOld), ['echo', 'echo-v2'])
  const [host, port] = xdsAddress.split(':') as [string, string]
  const serial = async () => {
    const socket = connectTls({ host, port: Number(port), rejectUnauthorized: false, ALPNProtocols: ['h2'] })
    await once(
      socket.on('error', () => {}),
      'secureConnect',
    )
    const { serialNumber } = socket.getPeerCertificate()
    socket.destroy()
    return serialNumber
  }
  const before = await serial()

  await writeFile(files.key, (await old.issue(SERVER)).key)
  while (faults.length === 0) await serial()
  t.match(faults, [/cannot be served over TLS.*mismatch/], 'a key of another certificate is reported')
  t.equal(await serial(), before, 'and the old certificate stays')

  const renewed = await next.issue(SERVER)
  await writeCertificate(folder, 'server', renewed)
  await writeFile(clientCa, next.issued.certificate)
  const { serialNumber } = new X509Certificate(renewed.certificate)
  await until(async () => (await serial()) === serialNumber)
  const asNext = open(t, xdsAddress, next.issued.certificate, await next.issue(NODE))
  t.same(await serve(asNext), ['echo', 'echo-v2'], 'a node of the new CA is served')
  const refused = open(t, xdsAddress, next.issued.certificate, await old.issue(NODE))
  refused.send({ node: nodeOf('edge-1', 'edge'), typeUrl: CLUSTER })
  t.equal((await refused.raw.ended).code, status.UNAVAILABLE, 'one of the old CA is not')
  asOld.send({ typeUrl: CLUSTER, resourceNamesSubscribe: ['b'] })
  t.same(
    (await asOld.next()).removedResources,
    ['b'],
    'and its open stream goes on until its certificate ends',
  )
  asOld.close()
  asNext.close()
})

t.test('S72: the socket of xDS is open to its user only, whatever the umask is', async (t) => {
  const path = join(await ownFolder(t), 'xds.sock')
  const before = process.umask(0)
  t.teardown(() => process.umask(before))
  const cache = new SnapshotCache()
  cache.setSnapshot('edge', [staticCluster('a')])
  const server = await startXdsServer({ cache, address: `unix:${path}` })
  t.teardown(() => server.close())
  t.equal((await stat(path)).mode & 0o777, 0o600)
  const client = new DeltaClient(connectTo(t, server.address))
  t.same(await serve(client), ['a'], 'twin: its user is served')
  client.close()
})
