// `l4` of a listener with real connections: shares by weight, host names of TLS that lead to different backends, and idle ones that end.

import t, { type Test } from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { Authority } from '../../testbed/certificates/authority.ts'
import { type Edge, startEdge, tallyOf } from '../support/edge.ts'
import { callGreeting, startGreeting } from '../support/greeting-backend.ts'
import { requireTool } from '../support/requirements.ts'

/** An edge whose listener in mode l4 a test turns. */
async function startTcpEdge(t: Test, upstreams: Readonly<Record<string, object>>) {
  const edge = await startEdge(t, { upstreams, lb: { mode: 'l4' } })
  const port = Number(edge.address.split(':').at(-1))
  const serve = (l4: object) =>
    edge.serve({ upstreams, lb: { mode: 'l4' }, fleet: { listeners: { main: { port, l4 } } } })
  return { edge, serve }
}

const upstreamAt = (address: string) => ({ endpoints: { b1: { address } } })

async function backendsOf(t: Test, { address }: Edge, count: number) {
  const all: string[] = []
  for (let index = 0; index < count; index += 1) {
    const { by, hangUp, closed } = await callGreeting(t, address)
    all.push(by)
    hangUp()
    await closed
  }
  return tallyOf(all)
}

t.test('T28: connections are shared by weight', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const a = await startGreeting(t, 'a')
  const b = await startGreeting(t, 'b')
  const { edge, serve } = await startTcpEdge(t, { a: upstreamAt(a.address), b: upstreamAt(b.address) })
  t.same(await backendsOf(t, edge, 20), { a: 20 }, 'the twin with one upstream')

  await serve({ to: { a: 3, b: 1 } })
  const count = 400
  const shares = await backendsOf(t, edge, count)
  // Six standard deviations of a share of 3 in 4.
  const bound = 6 * Math.sqrt(count * 0.75 * 0.25)
  t.ok(
    Math.abs((shares.a ?? 0) - count * 0.75) <= bound,
    `${JSON.stringify(shares)} within ${bound.toFixed(1)}`,
  )
  t.equal((shares.a ?? 0) + (shares.b ?? 0), count)

  await serve({ to: { a: 0, b: 1 } })
  t.same(await backendsOf(t, edge, 20), { b: 20 }, 'a weight of 0 gets none')
})

t.test('T28: the host name of TLS leads to a backend, which ends TLS itself', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const authority = await Authority.create('mesh')
  const identityOf = (name: string) => authority.issue({ name, dns: [name, 'x.files.local'] })
  const echo = await startGreeting(t, 'echo', { identity: await identityOf('echo.local') })
  const files = await startGreeting(t, 'files', { identity: await identityOf('files.local') })
  const plain = await startGreeting(t, 'plain')
  const { edge, serve } = await startTcpEdge(t, {
    plain: upstreamAt(plain.address),
    echo: upstreamAt(echo.address),
    files: upstreamAt(files.address),
  })
  const ca = authority.issued.certificate
  const call = async (name?: string) =>
    // Without TLS the client has to speak first: Envoy waits for its bytes to see whether they are TLS.
    (await callGreeting(t, edge.address, { ca, ...(name === undefined ? { first: 'hello' } : { name }) })).by
  const sni = {
    echo: { hosts: ['echo.local'], upstream: 'echo' },
    files: { hosts: ['files.local', '*.files.local'], to: { files: 1 } },
  }
  await serve({ upstream: 'files' })
  t.equal(await call('files.local'), 'files', 'the twin without names: one backend for all')
  t.equal(await call('echo.local'), 'closed', 'whose certificate is for other names')

  await serve({ upstream: 'plain', sni })
  t.equal(await call('echo.local'), 'echo')
  t.equal(await call('files.local'), 'files')
  t.equal(await call('x.files.local'), 'files', 'a name under the host')
  t.equal(await call(), 'plain', 'a connection without TLS')

  await serve({ sni })
  t.equal(await call('echo.local'), 'echo')
  t.equal(await call('other.local'), 'closed', 'a name that is not served')
})

t.test('T28: an idle connection ends after the time of its listener, and not of its fleet', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address } = await startGreeting(t, 'a')
  const [long, short] = [await freePort(), await freePort()]
  const listeners = {
    long: { port: long, l4: { upstream: 'a' } },
    short: { port: short, l4: { upstream: 'a', idle: '200ms' } },
  }
  await startEdge(t, { upstreams: { a: upstreamAt(address) }, lb: { mode: 'l4' }, fleet: { listeners } })
  const twin = await callGreeting(t, `127.0.0.1:${long}`)
  t.equal(twin.by, 'a')
  // Two connections that Envoy ends after the time are longer than that time.
  for (const _ of [1, 2]) {
    const ends = () => callGreeting(t, `127.0.0.1:${short}`)
    // On a busy machine, it may be idle for that long before its greeting.
    let one = await ends()
    while (one.by !== 'a') one = await ends()
    await one.closed
    t.pass('after its greeting')
  }
  t.equal(await Promise.race([twin.closed.then(() => 'closed'), 'open']), 'open', 'the twin: the other stays')
})
