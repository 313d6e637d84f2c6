// Connections that begin and do not go on: Envoy and the services close them, while other callers are served.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { create, toBinary } from '@bufbuild/protobuf'
import { EchoRequestSchema, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Server } from '@grpc/grpc-js'
import t from 'tap'
import { startBackend } from '../../services/backend-server.ts'
import { CertificateFiles } from '../../services/certificate-files.ts'
import { DrainingListener } from '../../services/draining-listener.ts'
import { echoService } from '../../services/echo.ts'
import { addService } from '../../services/rpc/index.ts'
import { Authority } from '../../testbed/certificates/authority.ts'
import { writeCertificate } from '../support/certificates.ts'
import { connectEcho, startEcho, startEdge } from '../support/edge.ts'
import {
  callByteByByte,
  clientHello,
  HALF_A_PREFACE,
  untilClosed,
  untilClosedUnderTls,
} from '../support/slow-peer.ts'
import { testFolder } from '../support/test-folder.ts'
import { CLIENT, callAs, connectAs, ECHO } from '../support/tls-client.ts'
import { startTlsEdge } from '../support/tls-edge.ts'
import { openTlsSession } from '../support/tls-session.ts'
import { until } from '../support/until.ts'

/** Honest callers are sooner, also on a busy machine. */
const TIMEOUTS = { handshake: '3s' }
const BEGIN_MS = 3_000
const NOTHING = Buffer.alloc(0)

t.test('S66: at Envoy, a TLS handshake that does not go on is closed', async (t) => {
  for (const mode of ['l7', 'l4'] as const) {
    const edge = await startTlsEdge(t, { listener: { enabled: true, certificate: 'edge' }, mode })
    t.equal(await edge.patch({ fleets: { fleet: { timeouts: TIMEOUTS } } }), 'synced')
    const hello = await clientHello()
    await Promise.all([
      untilClosed(edge.address, hello),
      untilClosed(edge.address, hello.subarray(0, 20)),
      untilClosed(edge.address, NOTHING),
    ])
    t.equal(await callAs(edge.address, { ca: (await edge.identity()).ca }), 0, `${mode}: others are served`)
  }
})

t.test('S66: at Envoy, half an HTTP/2 preface is closed, and a whole one is not', async (t) => {
  const { address } = await startEcho(t, 'b1')
  const listeners = (port: number) => ({ main: { port, l7: { routes: 'all' } } })
  const edge = await startEdge(t, { upstreams: { echo: { endpoints: { b1: { address } } } } })
  const port = Number(edge.address.split(':').at(-1))
  await edge.serve({
    upstreams: { echo: { endpoints: { b1: { address } } } },
    fleet: { timeouts: TIMEOUTS, listeners: listeners(port) },
  })
  const honest = connectEcho(t, edge.address)
  await honest.unary({ message: 'before' })
  await Promise.all([untilClosed(edge.address, HALF_A_PREFACE), untilClosed(edge.address, NOTHING)])
  await honest.unary({ message: 'after' })
  const stat = 'http.main.downstream_cx_total'
  t.equal((await edge.envoy.admin.stats(`^${stat}$`)).get(stat), 1, 'on the same connection')
})

t.test(
  'S66: at Envoy, a call whose message comes byte by byte ends, if `timeouts.request` says so',
  async (t) => {
    const { address } = await startEcho(t, 'b1')
    const served = (request?: string) => ({
      upstreams: { echo: { endpoints: { b1: { address } } } },
      fleet: { timeouts: { ...TIMEOUTS, ...(request && { request }) } },
    })
    const edge = await startEdge(t, served())
    const message = toBinary(EchoRequestSchema, create(EchoRequestSchema, { message: 'hello' }))
    const slow = { path: `/${EchoService.typeName}/Unary`, message, gapMs: 300 }
    t.equal(await callByteByByte(edge.address, slow), 0, 'the twin: without the limit it succeeds')
    await edge.serve(served('2s'))
    t.not(await callByteByByte(edge.address, slow), 0)
    await connectEcho(t, edge.address).unary({ message: 'others are served' })
  },
)

t.test('S66: a service closes connections that do not go on, with and without TLS', async (t) => {
  const folder = testFolder(t)
  const authority = await Authority.create('mesh')
  const ca = authority.issued.certificate
  const paths = {
    ...(await writeCertificate(folder, 'echo', await authority.issue(ECHO))),
    clientCa: join(folder, 'ca.pem'),
  }
  await writeFile(paths.clientCa, ca)
  const files = new CertificateFiles(paths)
  t.teardown(() => files.close())
  const caller = { ca, issued: await authority.issue(CLIENT) }
  const options = { ca, cert: caller.issued.certificate, key: caller.issued.key }
  for (const allowPlaintext of [true, false, undefined]) {
    const server = new Server()
    addService(server, EchoService, echoService('b1'))
    const tls = allowPlaintext === undefined ? undefined : { files, allowPlaintext }
    const listener = new DrainingListener(server, tls, BEGIN_MS)
    t.teardown(() => listener.close(0))
    const address = await listener.listen({ host: '127.0.0.1', port: 0 })
    const honest = connectAs(address, tls && caller)
    t.teardown(() => honest.close())
    await honest.unary({ message: 'before' })
    await Promise.all([
      untilClosed(address, NOTHING),
      untilClosed(address, HALF_A_PREFACE),
      ...(tls
        ? [
            untilClosed(address, await clientHello()),
            untilClosedUnderTls(address, options, NOTHING),
            untilClosedUnderTls(address, options, HALF_A_PREFACE),
          ]
        : []),
    ])
    await honest.unary({ message: 'after' })
    // The peers may see the ends before the service does.
    await until(() => listener.connections().open === 1)
    t.pass('only the honest connection is left')
  }
})

t.test('S57: a service resumes no session where it verifies certificates', async (t) => {
  const folder = testFolder(t)
  const authority = await Authority.create('mesh')
  const ca = authority.issued.certificate
  const { certificate, key } = await writeCertificate(folder, 'echo', await authority.issue(ECHO))
  const clientCa = join(folder, 'ca.pem')
  await writeFile(clientCa, ca)
  for (const asked of [true, false]) {
    const backend = await startBackend({
      ...{ id: 'b1', listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 },
      tls: { certificate, key, ...(asked && { clientCa }) },
    })
    t.teardown(() => backend.close())
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const identity = { ca, issued: await authority.issue(CLIENT) }
      const { session, isAccepted } = await openTlsSession(backend.address, identity, version)
      t.ok(isAccepted)
      t.match(
        await openTlsSession(backend.address, identity, version, session),
        { isAccepted: true, isResumed: !asked },
        `${version}, certificates ${asked ? '' : 'not '}asked for`,
      )
    }
  }
})
