// Which clients pass mutual TLS: not those without a certificate, nor with an expired one, one of another CA or of another name.

import { setTimeout as wait } from 'node:timers/promises'
import { connect } from 'node:tls'
import t from 'tap'
import { Authority } from '../../testbed/certificates/authority.ts'
import { startSecuredEdge } from '../support/secured-edge.ts'
import { CLIENT, callAs, type Identity } from '../support/tls-client.ts'
import { startTlsEdge } from '../support/tls-edge.ts'

const PAST = { notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') }
const MUTUAL = { enabled: true, certificate: 'edge', clientCa: 'mesh', sans: ['spiffe://switchyard/client'] }
const UNAVAILABLE = 14

type Edge = Awaited<ReturnType<typeof startTlsEdge>>

const STRANGERS: readonly [
  title: string,
  stat: string,
  identity: (edge: Edge, good: Identity) => Promise<Identity>,
][] = [
  ['without a certificate', 'fail_verify_no_cert', async (_, { ca }) => ({ ca })],
  [
    'of another authority',
    'fail_verify_error',
    async (_, { ca }) => ({ ca, issued: await (await Authority.create('mesh')).issue(CLIENT) }),
  ],
  [
    'with a certificate that has expired',
    'fail_verify_error',
    async ({ authority }, { ca }) => ({ ca, issued: await authority.issue(CLIENT, PAST) }),
  ],
  [
    'of another name',
    'fail_verify_san',
    async ({ authority }, { ca }) => ({
      ca,
      issued: await authority.issue({ name: 'client', uris: ['spiffe://switchyard/client2'] }),
    }),
  ],
]

/** Between two looks at what Envoy has counted. Without an end: the time limit of the test says that it never did. */
const POLL_MS = 20

async function failuresOf({ envoy }: Edge, stat: string): Promise<number> {
  return (await envoy.admin.stats(`^listener.main.ssl.${stat}$`)).get(`listener.main.ssl.${stat}`) ?? 0
}

for (const mode of ['l7', 'l4'] as const) {
  t.test(`S51: at ${mode}, a client with an invalid certificate gets no answer`, async (t) => {
    const edge = await startTlsEdge(t, { listener: MUTUAL, mode })
    const good = await edge.identity()
    t.equal(await callAs(edge.address, good), 0, 'the accepted twin')
    for (const [title, stat, make] of STRANGERS) {
      await t.test(title, async (t) => {
        const before = await failuresOf(edge, stat)
        const identity = await make(edge, good)
        t.equal(await callAs(edge.address, identity), UNAVAILABLE, 'the handshake fails')
        // The client may hear of the alert before Envoy has counted it.
        while ((await failuresOf(edge, stat)) <= before) await wait(POLL_MS)
        t.equal(await callAs(edge.address, good), 0, 'the twin still succeeds')
      })
    }
    await t.test('without TLS', async (t) => {
      t.equal(await callAs(edge.address), UNAVAILABLE)
      t.equal(await callAs(edge.address, good), 0, 'the twin still succeeds')
    })

    t.equal(await edge.tls({ requireClient: false, sans: null }), 'synced')
    t.equal(
      await callAs(edge.address, { ca: good.ca }),
      0,
      'with requireClient off, a client without a certificate is allowed',
    )
    t.equal(await edge.tls({ requireClient: true }), 'synced')
    t.equal(await callAs(edge.address, { ca: good.ca }), UNAVAILABLE, 'and with it on, not')
    t.equal(await callAs(edge.address, good), 0, 'the twin still succeeds')
  })
}

t.test('S51: a client that trusts another authority rejects the edge', async (t) => {
  const edge = await startTlsEdge(t, { listener: { enabled: true, certificate: 'edge' } })
  const good = await edge.identity()
  t.equal(await callAs(edge.address, { ca: good.ca }), 0)
  t.equal(
    await callAs(edge.address, { ca: (await Authority.create('mesh')).issued.certificate }),
    UNAVAILABLE,
  )
})

t.test('the oldest accepted TLS version is the configured one, and ALPN selects HTTP/2', async (t) => {
  const edge = await startTlsEdge(t, { listener: { enabled: true, certificate: 'edge' } })
  const { ca } = await edge.identity()
  const spoken = (maxVersion: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') => handshake(edge.address, ca, maxVersion)
  t.equal(await spoken('TLSv1.1'), 'rejected')
  t.equal(await spoken('TLSv1.2'), 'TLSv1.2 h2')
  t.equal(await spoken('TLSv1.3'), 'TLSv1.3 h2')
  t.equal(await edge.tls({ minVersion: '1.3' }), 'synced')
  t.equal(await spoken('TLSv1.2'), 'rejected')
  t.equal(await spoken('TLSv1.3'), 'TLSv1.3 h2')
})

function handshake(
  address: string,
  ca: string,
  maxVersion: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3',
): Promise<string> {
  const [host, port] = address.split(':')
  return new Promise((resolve) => {
    const options = {
      minVersion: 'TLSv1.1',
      maxVersion,
      ciphers: 'DEFAULT@SECLEVEL=0',
      ALPNProtocols: ['h2'],
    } as const
    const socket = connect({ host, port: Number(port), ca, servername: 'localhost', ...options })
    socket.once('error', () => resolve('rejected'))
    socket.once('secureConnect', () => {
      resolve(`${socket.getProtocol()} ${socket.alpnProtocol}`)
      socket.destroy()
    })
  })
}

t.test('Envoy tells services who called, and ignores what the caller claims', async (t) => {
  const tls = { enabled: true, certificate: 'edge', clientCa: 'mesh', requireClient: false }
  const edge = await startSecuredEdge(t, { listener: { tls } })
  const forwarded = async (caller: { readonly uri?: string }) => {
    const headers = { 'x-forwarded-client-cert': 'URI=spiffe://switchyard/admin' }
    t.equal((await edge.call({ headers }, caller)).status, 0)
    return edge.seen.at(-1)?.metadata.get('x-forwarded-client-cert').join() ?? ''
  }
  t.match(await forwarded({ uri: 'spiffe://switchyard/client' }), /URI=spiffe:\/\/switchyard\/client/)
  t.notMatch(await forwarded({ uri: 'spiffe://switchyard/client' }), /admin/)
  t.equal(await forwarded({}), '', 'without a client certificate the header is empty')
})
