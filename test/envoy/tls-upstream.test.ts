// TLS towards endpoints: who answers must bear one of the names, and Envoy shows who it is itself.

import t from 'tap'
import { callAs } from '../support/tls-client.ts'
import { startTlsEdge, startTlsLoad } from '../support/tls-edge.ts'

const UPSTREAM = { enabled: true, ca: 'mesh', certificate: 'client', sans: ['spiffe://switchyard/echo'] }
const UNAVAILABLE = 14

for (const mode of ['l7', 'l4'] as const) {
  t.test(
    `at ${mode}, an endpoint of another name gets no call, and one of the right name does`,
    async (t) => {
      const edge = await startTlsEdge(t, { upstream: UPSTREAM, mode })
      const sans = (names: readonly string[]) => edge.patch({ upstreams: { echo: { tls: { sans: names } } } })
      const refused = async () => {
        const stat = 'cluster.echo.ssl.fail_verify_san'
        return (await edge.envoy.admin.stats(`^${stat}$`)).get(stat) ?? 0
      }
      t.equal(await callAs(edge.address), 0)
      t.equal(await refused(), 0)
      t.equal(await sans(['spiffe://switchyard/other']), 'synced')
      t.equal(await callAs(edge.address), UNAVAILABLE)
      t.ok((await refused()) > 0, 'it is the name that Envoy finds wrong')
      for (const names of [['spiffe://switchyard/other', 'localhost'], ['spiffe://switchyard/*'], []]) {
        t.equal(await sans(names), 'synced')
        t.equal(await callAs(edge.address), 0, names.join() || 'any name')
      }
    },
  )
}

t.test('endpoints that ask for a certificate refuse an Envoy without one', async (t) => {
  const edge = await startTlsEdge(t, { upstream: UPSTREAM })
  t.equal(await callAs(edge.address), 0)
  t.equal(await edge.patch({ upstreams: { echo: { tls: { certificate: null } } } }), 'synced')
  t.equal(await callAs(edge.address), UNAVAILABLE)
})

t.test(
  'TLS towards endpoints that take both is turned on and off under load without a failed call',
  async (t) => {
    const edge = await startTlsEdge(t, { upstream: { ...UPSTREAM, enabled: false } })
    const handshakes = async () => {
      const stat = 'cluster.echo.ssl.handshake'
      return (await edge.envoy.admin.stats(`^${stat}$`)).get(stat) ?? 0
    }
    t.equal(await handshakes(), 0)
    const load = startTlsLoad(t, edge.address, () => undefined)
    await load.further(50)
    for (const enabled of [true, false, true]) {
      t.equal(await edge.patch({ upstreams: { echo: { tls: { enabled } } } }), 'synced')
      await load.further(50)
    }
    const { calls, failures } = await load.stop()
    t.same(failures, [], `of ${calls} calls`)
    t.ok((await handshakes()) > 0, 'calls went over TLS')
  },
)
