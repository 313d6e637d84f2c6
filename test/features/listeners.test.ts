// Listeners of one fleet side by side, with real calls: a mode each, and an address each.

import t, { type Test } from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { callEcho, FAILED } from '../support/call-echo.ts'
import { connectEcho, startEdge, startEndpoints } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const BACKENDS = ['b1', 'b2', 'b3']

/** How many backends answer nine calls on one new connection. */
async function spreadOf(t: Test, address: string): Promise<number> {
  const answers = await callEcho(connectEcho(t, address), { count: 9 })
  t.notOk(answers.includes(FAILED), `${address} serves`)
  return new Set(answers).size
}

t.test('T28: one flip turns the listeners without a mode of their own, and leaves the others', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const upstreams = { echo: { endpoints: await startEndpoints(t, ...BACKENDS) } }
  const halves = { l4: { upstream: 'echo' }, l7: { routes: 'all' } }
  const [main, calls, bytes] = await Promise.all([freePort(), freePort(), freePort()])
  const listeners = {
    main: { port: main, ...halves },
    calls: { port: calls, mode: 'l7', ...halves },
    bytes: { port: bytes, mode: 'l4', ...halves },
  }
  const edge = await startEdge(t, { upstreams, fleet: { listeners } })
  const spreads = async () => ({
    main: await spreadOf(t, `127.0.0.1:${main}`),
    calls: await spreadOf(t, `127.0.0.1:${calls}`),
    bytes: await spreadOf(t, `127.0.0.1:${bytes}`),
  })
  t.same(await spreads(), { main: 3, calls: 3, bytes: 1 })
  await edge.serve({ upstreams, lb: { mode: 'l4' }, fleet: { listeners } })
  t.same(await spreads(), { main: 1, calls: 3, bytes: 1 })
})

t.test('T28: a listener binds the address that is written, and otherwise that of the node', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1') } }
  const [port, other] = await Promise.all([freePort(), freePort()])
  const served = (socket: object) => ({
    upstreams,
    fleet: { listeners: { main: { port, ...socket, l7: { routes: 'all' } } } },
  })
  const answerAt = async (address: string) => {
    const [answer] = await callEcho(connectEcho(t, address), { count: 1 })
    return answer
  }
  const edge = await startEdge(t, served({}))
  t.equal(await answerAt(`127.0.0.1:${port}`), 'b1')
  t.equal(await answerAt(`127.0.0.2:${port}`), FAILED)
  await edge.serve(served({ address: '127.0.0.2' }))
  t.equal(await answerAt(`127.0.0.2:${port}`), 'b1')
  // Envoy's workers close the replaced socket one after the other.
  while ((await answerAt(`127.0.0.1:${port}`)) !== FAILED);
  await edge.serve(served({ address: '0.0.0.0', port: other }))
  for (const host of ['127.0.0.1', '127.0.0.2']) t.equal(await answerAt(`${host}:${other}`), 'b1', host)
})
