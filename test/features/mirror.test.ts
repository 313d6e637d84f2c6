// `mirror` with real calls: other upstreams get copies, and the caller sees nothing of them, whether they fail, hang or are not there.

import t from 'tap'
import { callEcho } from '../support/call-echo.ts'
import { collect, serveEcho } from '../support/echo-pair.ts'
import { connectEcho, type Edge, startEcho, startEdge, tallyOf } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'
import { until } from '../support/until.ts'
import { startWitness } from '../support/witness.ts'

/** How many calls Envoy has open to an upstream, or is about to begin. */
async function openCalls({ envoy }: Edge, upstream: string): Promise<number> {
  const names = `^cluster.${upstream}.upstream_rq_(pending_)?active$`
  const stats = await envoy.admin.stats(names)
  return [...stats.values()].reduce((sum, value) => sum + value, 0)
}

const at = (address: string) => ({ endpoints: { only: { address } } })

t.test(
  'T20: each mirror gets its share of the calls, and the caller the answers of the upstream',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const primary = await startEcho(t, 'primary')
    const [all, some, off] = [await startWitness(t), await startWitness(t), await startWitness(t)]
    const served = (enabled: boolean) => ({
      upstreams: {
        primary: at(primary.address),
        all: at(all.address),
        some: at(some.address),
        off: at(off.address),
      },
      rules: {
        only: {
          match: {},
          to: { primary: 1 },
          mirror: {
            all: { enabled, markHost: false },
            some: { enabled, percentage: 30 },
            off: { enabled: false },
          },
        },
      },
    })
    const count = 2000
    const edge = await startEdge(t, served(false))
    const client = () => connectEcho(t, edge.address, 'shop.example')
    t.same(tallyOf(await callEcho(client(), { count: 20 })), { primary: 20 })
    t.same([all.seen.length, some.seen.length], [0, 0], 'the twin: while they are off')

    await edge.serve(served(true))
    t.same(tallyOf(await callEcho(client(), { count, concurrency: 8 })), { primary: count })
    for (const name of ['all', 'some']) await until(async () => (await openCalls(edge, name)) === 0)
    t.equal(all.seen.length, count)
    // A binomial count: 600 expected, standard deviation 20.5; six of them are exceeded once in 10^8.
    const bound = 6 * Math.sqrt(count * 0.3 * 0.7)
    t.ok(Math.abs(some.seen.length - count * 0.3) < bound, `${some.seen.length} of ${count}`)
    t.equal(off.seen.length, 0)
    t.equal(all.seen.at(-1)?.[':authority'], 'shop.example')
    t.equal(some.seen.at(-1)?.[':authority'], 'shop.example-shadow', 'copies are marked')
  },
)

t.test('T20: a mirror that fails, hangs, or is not there changes nothing for the caller', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const primary = await startEcho(t, 'primary')
  const failing = await startWitness(t, { 'grpc-status': '13', 'x-mirror': 'failing' })
  const held: AbortSignal[] = []
  const hanging = await serveEcho(t, {
    unary: async (_, { signal }) => {
      held.push(signal)
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return { backendId: 'hanging' }
    },
  })
  const served = (timeout: string) => ({
    upstreams: {
      primary: at(primary.address),
      failing: at(failing.address),
      hanging: at(hanging),
      none: { endpoints: {} },
    },
    rules: {
      only: {
        match: {},
        to: { primary: 1 },
        mirror: { failing: { enabled: true }, hanging: { enabled: true }, none: { enabled: true } },
        timeout,
      },
    },
  })
  const edge = await startEdge(t, served('0s'))
  const count = 30
  t.same(tallyOf(await callEcho(connectEcho(t, edge.address), { count })), { primary: count })
  await until(() => held.length === count && failing.seen.length === count)
  t.pass('each mirror has got all calls')
  t.equal(await openCalls(edge, 'hanging'), count, 'calls of a mirror that hangs stay open')

  await edge.serve(served('1s'))
  await callEcho(connectEcho(t, edge.address), { count: 1 })
  await until(() => held.length === count + 1)
  const last = held.at(-1)
  if (last?.aborted === false) await new Promise((resolve) => last.addEventListener('abort', resolve))
  t.equal(await openCalls(edge, 'hanging'), count, 'the timeout of the rule ends the one that came under it')
})

t.test('T20: streams are copied as they go', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const copies: string[] = []
  let onCopy = () => {}
  const primary = await startEcho(t, 'primary')
  const mirror = await serveEcho(t, {
    async *bidirectional(requests) {
      for await (const { message } of requests) {
        copies.push(message)
        onCopy()
        yield { message, backendId: 'mirror' }
      }
    },
  })
  const edge = await startEdge(t, {
    upstreams: { primary: at(primary.address), mirror: at(mirror) },
    rules: { only: { match: {}, to: { primary: 1 }, mirror: { mirror: { enabled: true } } } },
  })
  async function* requests() {
    for (const message of ['1', '2', '3']) {
      const copied = new Promise<void>((resolve) => (onCopy = resolve))
      yield { message }
      // The stream is open while its copy comes.
      await copied
    }
  }
  const answers = await collect(connectEcho(t, edge.address).bidirectional(requests()))
  t.same(
    answers.map(({ message, backendId }) => [message, backendId]),
    [
      ['1', 'primary'],
      ['2', 'primary'],
      ['3', 'primary'],
    ],
  )
  t.same(copies, ['1', '2', '3'])
})
