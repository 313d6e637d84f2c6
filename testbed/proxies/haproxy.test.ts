// HAProxy with HTTP/2 on both sides: where calls go, over which connections, and what it does to streams, drains and dead backends.

import t, { type Test } from 'tap'
import { startDrainingOnce } from '../../test/support/draining-once.ts'
import {
  idleStreamOf,
  isRunning,
  spreadOf,
  startProxiedEcho,
  untilEnded,
} from '../../test/support/proxied-echo.ts'
import { requireTool } from '../../test/support/requirements.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import { startHaproxy } from './haproxy.ts'
import type { HaproxySettings } from './haproxy-config.ts'

async function openHaproxy(t: Test, settings: Partial<HaproxySettings> = {}) {
  const echo = await startProxiedEcho(t)
  const haproxy = await startHaproxy(echo.group, testFolder(t), {
    ...{ backends: echo.backends, balance: 'roundrobin' },
    ...settings,
  })
  return { ...echo, haproxy, client: echo.connect(haproxy.address) }
}

t.test('O4.3: HAProxy sends the calls of one connection to all backends in turn', async (t) => {
  if (!requireTool(t, 'haproxy')) return
  const { client, haproxy } = await openHaproxy(t)
  const { answers, connections } = await spreadOf(client, 300)
  t.same(answers, { b1: 100, b2: 100, b3: 100 })
  t.equal(connections, 3, 'many calls share a connection to a backend')
  const stats = await haproxy.stats()
  t.match(stats.get('b1'), { calls: 100, connections: 1, reused: 99, retries: 0 })
  t.same([...stats.keys()], ['b1', 'b2', 'b3'])
})

t.test(
  'O4.3: with leastconn, a backend with an open stream gets no call while others have none',
  async (t) => {
    if (!requireTool(t, 'haproxy')) return
    const besideStream = async (balance: HaproxySettings['balance']) => {
      const { client } = await openHaproxy(t, { balance })
      const { promise: released, resolve: release } = Promise.withResolvers<void>()
      const held = client.bidirectional(
        (async function* () {
          yield {}
          await released
        })(),
      )
      const first = await held[Symbol.asyncIterator]().next()
      const { answers } = await spreadOf(client, 30)
      release()
      return answers[first.value?.backendId ?? ''] ?? 0
    }
    t.equal(await besideStream('leastconn'), 0)
    t.equal(await besideStream('roundrobin'), 10, 'twin')
  },
)

t.test(
  'HAProxy cuts a stream on which nothing moves by "timeout server", and "timeout tunnel" does not count',
  async (t) => {
    if (!requireTool(t, 'haproxy')) return
    // The first answer comes within it on a busy machine too.
    for (const timeouts of [{ server: '1s' }, { server: '1s', tunnel: '1h' }]) {
      const { client } = await openHaproxy(t, { timeouts })
      t.match(await idleStreamOf(client, 60_000), { answers: 1, error: /cancelled|RST_STREAM/ })
    }
    const { client } = await openHaproxy(t, { timeouts: { tunnel: '200ms' } })
    t.same(await idleStreamOf(client, 900), { answers: 2 }, 'twin')
  },
)

t.test('a dead backend costs HAProxy its share of calls, unless it may send them elsewhere', async (t) => {
  if (!requireTool(t, 'haproxy')) return
  const echo = await startProxiedEcho(t)
  const backends = [...echo.backends, echo.dead]
  const spread = async (backendLines: readonly string[]) => {
    const { address } = await startHaproxy(echo.group, testFolder(t), {
      backends,
      balance: 'roundrobin',
      backendLines,
    })
    return (await spreadOf(echo.connect(address), 8, 8)).answers
  }
  t.same(await spread([]), { b1: 2, b2: 2, b3: 2, 'Received HTTP status code 503': 2 })
  const elsewhere = await spread(['option redispatch 1'])
  t.same(Object.keys(elsewhere).sort(), ['b1', 'b2', 'b3'])
})

t.test('HAProxy sends a call that crosses the GOAWAY of a backend again, if it may', async (t) => {
  if (!requireTool(t, 'haproxy')) return
  const { client } = await openHaproxy(t, {
    backends: [{ id: 'd1', address: await startDrainingOnce(t) }],
    backendLines: ['retry-on conn-failure empty-response'],
  })
  const { answers } = await spreadOf(client, 3)
  t.same(answers, { '': 3 })
})

t.test('HAProxy and its worker end with their group', async (t) => {
  if (!requireTool(t, 'haproxy')) return
  const { group, haproxy } = await openHaproxy(t)
  t.equal(haproxy.processes.length, 1)
  t.ok(haproxy.processes.every(({ pid }) => isRunning(pid)))
  await group.stop()
  await Promise.all(haproxy.processes.map(({ pid }) => untilEnded(pid)))
})

t.test('a configuration that HAProxy does not take is an error with its words', async (t) => {
  if (!requireTool(t, 'haproxy')) return
  await t.rejects(openHaproxy(t, { timeouts: { server: 'soon' } }), {
    code: 'process-failed',
    message: /unexpected character|invalid|unexpected/,
  })
})

t.test('HAProxy starts although the folder for temporary files has a long path', async (t) => {
  if (!requireTool(t, 'haproxy')) return
  const before = process.env.TMPDIR
  process.env.TMPDIR = testFolder(t)
  t.teardown(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  })
  const { client, haproxy } = await openHaproxy(t)
  await spreadOf(client, 3)
  t.same([...(await haproxy.stats()).keys()], ['b1', 'b2', 'b3'])
})
