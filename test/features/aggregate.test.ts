// P14: an aggregate of upstreams with a real Envoy and real calls: the second takes over when the first has no healthy endpoint.

import t, { type Test } from 'tap'
import { startBackend } from '../../services/backend-server.ts'
import { callEcho, FAILED } from '../support/call-echo.ts'
import { connectEcho, startEcho, startEdge, untilHealth } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'
import { untilCalls } from '../support/until-answered.ts'

/** A dead endpoint refuses at once. A live one may be slow on a busy machine, so its checks have time. */
const CHECKED = { enabled: true, interval: '50ms', timeout: '20s', unhealthy: 1, healthy: 1 }

async function startPair(t: Test) {
  const [first, second] = await Promise.all([startEcho(t, 'first'), startEcho(t, 'second')])
  const [host = '', port] = first.address.split(':')
  const restart = async () => {
    const again = await startBackend({ id: 'first', listen: { host, port: Number(port) }, latencyMs: 0 })
    t.teardown(() => again.close())
  }
  const upstreams = {
    both: { aggregate: ['first', 'second'] },
    first: { endpoints: { only: { address: first.address } }, healthCheck: CHECKED },
    second: { endpoints: { only: { address: second.address } } },
  }
  return { first, restart, upstreams }
}

for (const mode of ['l7', 'l4'] as const) {
  t.test(`P14, T5: in mode ${mode}, an aggregate fails over and back`, async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { first, restart, upstreams } = await startPair(t)
    const edge = await startEdge(t, { upstreams, lb: { mode } })
    const call = async () => (await callEcho(connectEcho(t, edge.address), { count: 1 })).join()
    t.equal(await call(), 'first')
    await first.close()
    await untilHealth(edge, first.address, false)
    await untilCalls(call, (answer) => answer === 'second')
    t.equal(await call(), 'second')

    await edge.serve({
      upstreams: upstreams,
      rules: { all: { match: {}, to: { first: 1 } } },
      lb: { mode: 'l7' },
    })
    t.equal(await call(), FAILED, 'the twin without an aggregate')

    await edge.serve({ upstreams, lb: { mode } })
    await restart()
    await untilHealth(edge, first.address, true)
    await untilCalls(call, (answer) => answer === 'first')
    t.equal(await call(), 'first')
  })
}

t.test('P14, T5: an aggregate of aggregates skips what has no endpoints', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { upstreams } = await startPair(t)
  const deep = { deep: { aggregate: ['empty', 'both'] }, empty: { endpoints: {} }, ...upstreams }
  const edge = await startEdge(t, { upstreams: deep })
  t.same(await callEcho(connectEcho(t, edge.address), { count: 1 }), ['first'])
})

t.test('calls to an aggregate hash on what its upstreams hash on', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const names = ['a', 'b', 'c', 'd']
  const started = await Promise.all(
    names.map(async (id) => [id, { address: (await startEcho(t, id)).address }]),
  )
  const upstreams = (lb: object) => ({
    whole: { aggregate: ['hashed'] },
    hashed: { endpoints: Object.fromEntries(started), lb },
  })
  const edge = await startEdge(t, {
    upstreams: upstreams({ policy: 'ring_hash', hashOn: { header: 'x-tenant' } }),
  })
  const answersOf = async () => {
    const client = connectEcho(t, edge.address)
    return new Set(await callEcho(client, { count: 40, headers: () => ({ 'x-tenant': 'blue' }) })).size
  }
  t.equal(await answersOf(), 1)
  await edge.serve({ upstreams: upstreams({ policy: 'round_robin' }) })
  t.equal(await answersOf(), names.length, 'the twin without a hash')
})
