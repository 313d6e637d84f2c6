// TLS is turned on under load: first beside plaintext, then alone when all clients use it. The twin does it in one step.

import t from 'tap'
import { callAs, type Identity } from '../support/tls-client.ts'
import { startTlsEdge, startTlsLoad } from '../support/tls-edge.ts'

const OFF = { enabled: false, certificate: 'edge', clientCa: 'mesh' }

t.test('O6.1, O6.2: with the steps allowPlaintext and requireClient, no call fails', async (t) => {
  const edge = await startTlsEdge(t, { listener: OFF })
  let identity: Identity | undefined
  const before = startTlsLoad(t, edge.address, () => identity)
  await before.further(50)

  t.equal(await edge.tls({ enabled: true, allowPlaintext: true, requireClient: false }), 'synced')
  await before.further(100)
  const known = await edge.identity()
  const moved = [
    startTlsLoad(t, edge.address, () => ({ ca: known.ca })),
    startTlsLoad(t, edge.address, () => known),
  ]
  for (const load of moved) await load.further(50)
  t.same((await before.stop()).failures, [], 'plaintext')

  t.equal(await edge.tls({ allowPlaintext: false }), 'synced')
  for (const load of moved) await load.further(50)
  t.equal(await callAs(edge.address), 14, 'plaintext is rejected')
  const [nameless, named] = moved
  t.same((await nameless?.stop())?.failures, [], 'TLS without a certificate')

  t.equal(await edge.tls({ requireClient: true, sans: ['spiffe://switchyard/client'] }), 'synced')
  await named?.further(100)
  t.same((await named?.stop())?.failures, [], 'TLS with a certificate')
  t.equal(await callAs(edge.address, { ca: known.ca }), 14, 'a client without a certificate is rejected')
  t.equal(await callAs(edge.address, known), 0)
})

t.test('in one step, calls of plaintext clients fail', async (t) => {
  const edge = await startTlsEdge(t, { listener: OFF })
  const load = startTlsLoad(t, edge.address, () => undefined)
  await load.further(50)
  t.equal(await edge.tls({ enabled: true }), 'synced')
  t.ok(await load.firstFailure)
})

t.test('when plaintext is turned off, TLS connections stay open', async (t) => {
  const edge = await startTlsEdge(t, { listener: { ...OFF, enabled: true, allowPlaintext: true } })
  const known = await edge.identity()
  const load = startTlsLoad(t, edge.address, () => known)
  await load.further(20)
  const drained = async () => {
    const stat = 'http.main.downstream_cx_drain_close'
    return (await edge.envoy.admin.stats(`^${stat}$`)).get(stat) ?? 0
  }
  t.equal(await edge.tls({ allowPlaintext: false }), 'synced')
  await load.further(50)
  t.equal(await drained(), 0)
  t.same((await load.stop()).failures, [])
})
