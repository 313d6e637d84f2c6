// TLS towards endpoints: the endpoint's certificate must have one of the names, and Envoy presents its own.

import t from 'tap'
import { callAs } from '../support/tls-client.ts'
import { startTlsEdge, startTlsLoad } from '../support/tls-edge.ts'

const UPSTREAM = { enabled: true, ca: 'mesh', certificate: 'client', sans: ['spiffe://switchyard/echo'] }
const UNAVAILABLE = 14

for (const mode of ['l7', 'l4'] as const) {
  t.test(
    `at ${mode}, an endpoint with another name gets no call, and one with the right name does`,
    async (t) => {
      const edge = await startTlsEdge(t, { upstream: UPSTREAM, mode })
      const sans = (names: readonly string[] | 'any') =>
        edge.patch({ upstreams: { echo: { tls: { sans: names } } } })
      const rejected = async () => {
        const stat = 'cluster.echo.ssl.fail_verify_san'
        return (await edge.envoy.admin.stats(`^${stat}$`)).get(stat) ?? 0
      }
      t.equal(await callAs(edge.address), 0)
      t.equal(await rejected(), 0)
      t.equal(await sans(['spiffe://switchyard/other']), 'synced')
      t.equal(await callAs(edge.address), UNAVAILABLE)
      t.ok((await rejected()) > 0, 'Envoy rejects the name')
      for (const names of [
        ['spiffe://switchyard/other', 'localhost'],
        ['spiffe://switchyard/*'],
        'any',
      ] as const) {
        t.equal(await sans(names), 'synced')
        t.equal(await callAs(edge.address), 0, String(names))
      }
    },
  )
}

t.test('endpoints that require a certificate reject an Envoy without one', async (t) => {
  const edge = await startTlsEdge(t, { upstream: UPSTREAM })
  t.equal(await callAs(edge.address), 0)
  t.equal(await edge.patch({ upstreams: { echo: { tls: { certificate: null } } } }), 'synced')
  t.equal(await callAs(edge.address), UNAVAILABLE)
})

t.test('with `minVersion: "1.3"`, calls go over TLS 1.3, and by default over 1.2', async (t) => {
  const edge = await startTlsEdge(t, { upstream: UPSTREAM })
  const handshakes = async (version: string) => {
    const stat = `cluster.echo.ssl.versions.TLSv${version}`
    return (await edge.envoy.admin.stats(`^${stat.replaceAll('.', '[.]')}$`)).get(stat) ?? 0
  }
  t.equal(await callAs(edge.address), 0)
  t.same([await handshakes('1.2'), await handshakes('1.3')], [1, 0], 'the twin')
  t.equal(await edge.patch({ upstreams: { echo: { tls: { minVersion: '1.3' } } } }), 'synced')
  t.equal(await callAs(edge.address), 0)
  t.equal(await handshakes('1.3'), 1)
})

t.test(
  'no call fails when TLS towards endpoints that accept both is turned on and off under load',
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
