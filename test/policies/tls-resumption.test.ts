// Resumed TLS sessions: a certificate that has expired since must not pass, toward Envoy, toward endpoints and at services.

import { X509Certificate } from 'node:crypto'
import t from 'tap'
import { CLIENT, callAs, ECHO, serialShown } from '../support/tls-client.ts'
import { startTlsEdge } from '../support/tls-edge.ts'
import { afterItsEnd, openTlsSession } from '../support/tls-session.ts'

const MUTUAL = { enabled: true, certificate: 'edge', clientCa: 'mesh', sans: ['spiffe://switchyard/client'] }
const UPSTREAM = { enabled: true, ca: 'mesh', certificate: 'client', sans: ['spiffe://switchyard/echo'] }
const UNAVAILABLE = 14

t.test(
  'S57: a client certificate that has expired since is rejected, also when a session is resumed',
  async (t) => {
    const edge = await startTlsEdge(t, { listener: MUTUAL })
    const good = await edge.identity()
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const before = await afterItsEnd(async (notAfter) => {
        const identity = { ca: good.ca, issued: await edge.authority.issue(CLIENT, { notAfter }) }
        return { identity, ...(await openTlsSession(edge.address, identity, version)) }
      })
      t.ok(before.isAccepted, `${version}: accepted while it is valid`)
      const after = await openTlsSession(edge.address, before.identity, version, before.session)
      t.match(after, { isAccepted: false, isResumed: false }, `${version}: rejected afterwards`)

      const twin = await openTlsSession(edge.address, good, version)
      const again = await openTlsSession(edge.address, good, version, twin.session)
      t.match(again, { isAccepted: true, isResumed: false }, `${version}: a valid one is accepted again`)
    }

    t.equal(await edge.tls({ clientCa: null, sans: null }), 'synced')
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const first = await openTlsSession(edge.address, { ca: good.ca }, version)
      const again = await openTlsSession(edge.address, { ca: good.ca }, version, first.session)
      t.match(
        again,
        { isAccepted: true, isResumed: true },
        `${version}: without client certificates, sessions are resumed`,
      )
    }
  },
)

t.test('S57: an endpoint whose certificate has expired since gets no call', async (t) => {
  const edge = await startTlsEdge(t, { upstream: UPSTREAM })
  // Each call opens a connection of its own.
  t.equal(await edge.patch({ upstreams: { echo: { connections: { maxRequests: 1 } } } }), 'synced')
  const good = await edge.identity()
  const stat = async (name: string) =>
    (await edge.envoy.admin.stats(`^cluster.echo.ssl.${name}$`)).get(`cluster.echo.ssl.${name}`) ?? 0
  for (const _ of [1, 2, 3]) t.equal(await callAs(edge.address), 0)
  t.ok((await stat('handshake')) >= 3, 'three handshakes')
  t.equal(await stat('session_reused'), 0, 'none of them resumes a session')
  const served = await afterItsEnd(async (notAfter) => {
    const issued = await edge.authority.issue(ECHO, { notAfter })
    await edge.write('echo', issued)
    const { serialNumber } = new X509Certificate(issued.certificate)
    // The backend looks at its files each second.
    while ((await serialShown(edge.backend.address, good)) !== serialNumber) {}
    return await callAs(edge.address)
  })
  t.equal(served, 0, 'the twin: while it is valid')
  t.equal(await callAs(edge.address), UNAVAILABLE)
})
