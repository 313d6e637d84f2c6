// TLS turned on while calls go on: first beside plaintext, then alone, once the clients have moved; and what one step would have cost.

import t from 'tap'
import { callAs, type Identity } from '../support/tls-client.ts'
import { startTlsEdge, startTlsLoad } from '../support/tls-edge.ts'

const OFF = { enabled: false, certificate: 'edge', clientCa: 'mesh' }

t.test('O6.1, O6.2: by way of allowPlaintext and requireClient, no client sees a failed call', async (t) => {
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
  t.equal(await callAs(edge.address), 14, 'plaintext is over')
  const [nameless, named] = moved
  t.same((await nameless?.stop())?.failures, [], 'TLS without a certificate')

  t.equal(await edge.tls({ requireClient: true, sans: ['spiffe://switchyard/client'] }), 'synced')
  await named?.further(100)
  t.same((await named?.stop())?.failures, [], 'TLS with a certificate')
  t.equal(await callAs(edge.address, { ca: known.ca }), 14, 'who shows none is refused')
  t.equal(await callAs(edge.address, known), 0)
})

t.test('in one step, whoever still speaks plaintext fails', async (t) => {
  const edge = await startTlsEdge(t, { listener: OFF })
  const load = startTlsLoad(t, edge.address, () => undefined)
  await load.further(50)
  t.equal(await edge.tls({ enabled: true }), 'synced')
  t.ok(await load.firstFailure)
})

t.test('when plaintext goes, connections under TLS stay as they are', async (t) => {
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
