// A steady load on real servers, set as the control plane sets it: over HTTP.

import t, { type Test } from 'tap'
import type { TestbedLoad } from '../../api/schemas/testbed.ts'
import { TestbedLink } from '../../control-plane/events/testbed-link.ts'
import { RpcStatusError } from '../../services/rpc/index.ts'
import { serveEcho } from '../../test/support/echo-pair.ts'
import { startLoadControl } from './load-control.ts'
import { SteadyLoad } from './steady-load.ts'

/** Two servers, a load on them that can be set, and the peers that have called. */
async function start(t: Test, echo: () => void = () => {}) {
  const ending = new AbortController()
  t.teardown(() => ending.abort())
  const control = await startLoadControl(ending.signal)
  const peers: string[][] = []
  const targets: string[] = []
  for (const server of [0, 1]) {
    const seen: string[] = []
    peers.push(seen)
    const unary = async (_request: unknown, { peer }: { readonly peer: string }) => {
      if (!seen.includes(peer)) seen.push(peer)
      echo()
      return { message: `${server}` }
    }
    targets.push(await serveEcho(t, { unary }))
  }
  const begin = () => {
    control.load = new SteadyLoad({ fleet: 'edge', targets })
  }
  const link = new TestbedLink(control.url)
  /** Reads the load until it fits. */
  const until = async (fits: (load: TestbedLoad) => boolean) => {
    for (;;) {
      const load = await link.read()
      if (fits(load)) return load
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  return { control, link, peers, begin, until, end: () => ending.abort() }
}

const SETTING = { running: true, connections: 4, callsPerSecond: 200 }

t.test('it is off at first; then calls go over each connection, on all targets in turn', async (t) => {
  const { link, begin, peers, until } = await start(t)
  await t.rejects(link.read(), { code: 'not-found' }, 'there is nothing to call yet')
  begin()
  const before = await link.read()
  t.match(before, { running: false, fleet: 'edge', calls: 0, failed: 0 })
  t.notHas(before, { since: String })
  t.match(await link.set(SETTING), { ...SETTING, since: /Z$/ })
  await until(({ calls }) => calls >= 20 && peers.flat().length >= SETTING.connections)
  t.same(
    peers.map(({ length }) => length),
    [2, 2],
  )
  t.equal((await link.read()).failed, 0)
})

t.test('fewer and more connections, and a stop, fail no call', async (t) => {
  const { link, begin, peers, until } = await start(t)
  begin()
  await link.set({ ...SETTING, connections: 8 })
  const { calls } = await until((load) => load.calls >= 20 && peers.flat().length >= 8)
  await link.set({ ...SETTING, connections: 1 })
  await until((load) => load.calls >= calls + 20)
  t.same(
    peers.map(({ length }) => length),
    [4, 4],
    'there are as many connections as were asked for',
  )
  await link.set({ ...SETTING, connections: 3 })
  await until((load) => load.calls >= calls + 40)
  const stopped = await link.set({ ...SETTING, running: false })
  t.match(stopped, { running: false, failed: 0 })
  const again = await link.set(SETTING)
  t.ok(again.calls < stopped.calls, 'counts begin anew')
  t.ok(String(again.since) >= String(stopped.since))
})

t.test('calls that fail are counted, and do not stop it', async (t) => {
  const { link, begin, until } = await start(t, () => {
    throw new RpcStatusError(14, 'no')
  })
  begin()
  await link.set(SETTING)
  const { calls, failed } = await until((load) => load.calls >= 10)
  t.equal(failed, calls)
})

t.test('it makes no more calls than are due', async (t) => {
  const { link, begin, until } = await start(t)
  begin()
  const begun = performance.now()
  await link.set(SETTING)
  const { calls } = await until((load) => load.calls >= 40)
  const due = ((performance.now() - begun) / 1_000) * SETTING.callsPerSecond
  t.ok(calls <= due + 1, `${calls} of ${due}`)
})

t.test(
  'its server is for the control plane: no page of a browser, and no setting that is not one',
  async (t) => {
    const { control, begin, link } = await start(t)
    begin()
    const ask = async (init: RequestInit, path = '') => (await fetch(`${control.url}${path}`, init)).status
    const body = JSON.stringify(SETTING)
    t.equal(await ask({ method: 'PUT', body, headers: { origin: 'http://example.com' } }), 403)
    t.equal(
      await ask({ method: 'PUT', body: '{"running":true,"connections":1000000,"callsPerSecond":1}' }),
      400,
    )
    t.equal(await ask({ method: 'PUT', body: 'x' }), 400)
    t.equal(await ask({ method: 'POST', body }), 405)
    t.equal(await ask({}, 's'), 404)
    t.match(await link.read(), { running: false })
    t.equal(await ask({ method: 'PUT', body }), 200, 'twin')
  },
)

t.test('it ends with the testbed', async (t) => {
  const { link, begin, control, end } = await start(t)
  begin()
  await link.set(SETTING)
  end()
  t.equal(control.load?.read().running, false)
  await t.rejects(link.read(), { code: 'unreachable' })
})
