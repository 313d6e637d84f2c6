// `drain` of listeners and upstreams with real connections: which of them end, and when. Without the switch they stay.

import { once } from 'node:events'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { startBackend } from '../../services/backend-server.ts'
import { callEcho } from '../support/call-echo.ts'
import {
  connectEcho,
  connectEchoUntilClosed,
  type Edge,
  hostAt,
  startEdge,
  startEndpoints,
  untilHealth,
} from '../support/edge.ts'
import { repeatUntil } from '../support/repeat-until.ts'
import { requireTool } from '../support/requirements.ts'

const AGE = '200ms'
/** What a twin waits: longer than the age. */
const LONGER = { delay: { nanos: 600_000_000 } }
const MANY = 30

type Caller = ReturnType<typeof connectEchoUntilClosed>

/** Whether the connection is still open after many calls, which are the ones that would learn of its end. */
async function staysOpen({ client, closed }: Caller): Promise<boolean> {
  let isOpen = true
  void closed.then(() => {
    isOpen = false
  })
  for (let call = 0; isOpen && call < MANY; call += 1) await client.unary({})
  return isOpen
}

t.test('T32: with `on: change`, an Envoy that fails its health check keeps its connections', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1') } }
  const edge = await startEdge(t, { upstreams, fleet: { drain: { on: 'change' } } })
  const kept = connectEchoUntilClosed(t, edge.address)
  await kept.client.unary({})
  await edge.envoy.admin.post('/healthcheck/fail')
  t.ok(await staysOpen(kept))

  const twin = await startEdge(t, { upstreams })
  const drained = connectEchoUntilClosed(t, twin.address)
  await drained.client.unary({})
  await twin.envoy.admin.post('/healthcheck/fail')
  while (await staysOpen(drained));
  t.pass('the twin: by default they drain, and no call fails')
})

/** Calls one after the other until a number of connections have reached the backends. A call may end with its connection. */
async function callUntil(t: Test, { address }: Edge, isEnough: () => boolean) {
  const client = connectEcho(t, address)
  while (!isEnough()) await client.unary({}).catch(() => {})
}

t.test('T32: with `maxConnectionAge`, the share of one caller in mode l4 evens out over time', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const start = async (id: string) => {
    const backend = await startBackend({ id, listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 })
    t.teardown(() => backend.close())
    return backend
  }
  const [b1, b2] = [await start('b1'), await start('b2')]
  const upstreams = { echo: { endpoints: { b1: { address: b1.address }, b2: { address: b2.address } } } }
  const accepted = () => [b1, b2].map((backend) => backend.connections().accepted) as [number, number]
  const lb = { mode: 'l4' }
  const edge = await startEdge(t, { upstreams, lb })
  const twin = connectEcho(t, edge.address)
  await twin.unary({})
  const [only] = await callEcho(twin, { count: 1 })
  await twin.unary(LONGER)
  t.same(new Set(await callEcho(twin, { count: 100 })), new Set([only]), 'the twin: one backend gets all')
  t.same(accepted().toSorted(), [0, 1])

  await edge.serve({ upstreams, lb, fleet: { drain: { maxConnectionAge: AGE, jitterPercent: 0 } } })
  const before = accepted()
  const since = () => accepted().map((count, index) => count - (before[index] ?? 0)) as [number, number]
  await callUntil(t, edge, () => since()[0] + since()[1] >= 10)
  const [first, second] = since()
  t.ok(Math.abs(first - second) <= 1, `round robin by connection: ${first} and ${second}`)
})

/** How many of 40 connections of a listener are open when one that came before or after them has reached its age, which is a quarter more. */
async function openAfterAge(
  t: Test,
  edge: Edge,
  { upstreams, ageMs, ofListener, ofFleet }: Aging,
  clockBegins: 'before' | 'after',
): Promise<number> {
  const [port, clockPort] = [await freePort(), await freePort()]
  const clockAge = {
    mode: 'l4',
    l4: { upstream: 'echo' },
    drain: { maxConnectionAge: `${1.25 * ageMs}ms`, jitterPercent: 0 },
  }
  const main = { port, l4: { upstream: 'echo' }, l7: { routes: 'all' }, ...ofListener }
  const listeners = { main, clock: { port: clockPort, ...clockAge } }
  await edge.serve({ upstreams, fleet: { listeners, ...ofFleet } })
  const startClock = async () => {
    const clock = connectEchoUntilClosed(t, `127.0.0.1:${clockPort}`)
    await clock.client.unary({})
    return clock
  }
  const first = clockBegins === 'before' ? await startClock() : undefined
  const callers = Array.from({ length: 40 }, () => connectEchoUntilClosed(t, `127.0.0.1:${port}`))
  // A call may end with its connection.
  await Promise.all(callers.map(({ client }) => client.unary({}).catch(() => {})))
  let open = callers.length
  for (const { closed } of callers) void closed.then(() => (open -= 1))
  const clock = first ?? (await startClock())
  await clock.closed
  // So that ends which came before are seen before.
  await connectEcho(t, `127.0.0.1:${clockPort}`).unary({})
  return open
}

interface Aging {
  readonly upstreams: Readonly<Record<string, unknown>>
  readonly ageMs: number
  readonly ofListener: object
  readonly ofFleet: object
}

for (const [title, aging] of [
  [
    '`drain.jitterPercent` in mode l4',
    (ageMs: number, jitterPercent: number) => ({
      ofListener: { mode: 'l4', drain: { maxConnectionAge: `${ageMs}ms`, jitterPercent } },
      ofFleet: {},
    }),
  ],
  [
    '`connections.jitterPercent` in mode l7',
    (ageMs: number, jitterPercent: number) => ({
      ofListener: {},
      ofFleet: { connections: { maxDuration: `${ageMs}ms`, drain: '100ms', jitterPercent } },
    }),
  ],
] as const) {
  t.test(`T12, T32: ${title} spreads the ends of connections that began together`, async (t) => {
    if (!requireTool(t, 'envoy')) return
    const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1') } }
    const edge = await startEdge(t, { upstreams })
    /** A busy machine may end them later than the clock, or open them long after it: then with ages of twice as long. */
    const openWith = (
      jitterPercent: number,
      clock: 'before' | 'after',
      isEnough: (open: number) => boolean,
    ) =>
      repeatUntil((longer) => {
        const ageMs = 2_000 * longer
        return openAfterAge(t, edge, { upstreams, ageMs, ...aging(ageMs, jitterPercent) }, clock)
      }, isEnough)
    await openWith(0, 'after', (open) => open === 0)
    t.pass('the twin: all end together')
    // A quarter of them would be closed, and fewer if a busy machine takes long to open them: with half a second, this shows nothing.
    t.pass(`${await openWith(100, 'before', (open) => open > 0)} are open`)
  })
}

/** The line of the answer to a request that is not HTTP, and when the peer ended the connection. */
async function sendGarbage(t: Test, { address }: Edge) {
  const [host, port] = address.split(':')
  const socket = connect({ host, port: Number(port), allowHalfOpen: true })
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  const ended = once(socket, 'end')
  const answer = once(socket, 'data')
  socket.write('garbage\r\n\r\n')
  const [bytes] = await answer
  return { answer: String(bytes).split('\r\n')[0], ended: ended.then(() => 'ended') }
}

t.test('T32: `delayedClose` is how long a connection waits for its caller to close it', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1') } }
  // With HTTP/2 alone, Envoy ends such a connection without an answer.
  const listener = { http1: true }
  const edge = await startEdge(t, { upstreams, listener, fleet: { drain: { delayedClose: '1h' } } })
  const waiting = await sendGarbage(t, edge)
  t.match(waiting.answer, / 400 /)
  await connectEcho(t, edge.address).unary(LONGER)
  t.equal(await Promise.race([waiting.ended, 'open']), 'open')

  await edge.serve({ upstreams, listener, fleet: { drain: { delayedClose: '0s' } } })
  const twin = await sendGarbage(t, edge)
  t.equal(await twin.ended, 'ended', 'the twin: at once')
})

t.test('T32: with `onChange`, connections to all endpoints end when an endpoint is added', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1', 'b2')
  const served = (drain: object, ...ids: string[]) => ({
    upstreams: {
      echo: { endpoints: Object.fromEntries(ids.map((id) => [id, endpoints[id]])), drain },
    },
  })
  const edge = await startEdge(t, served({}, 'b1'))
  const client = connectEcho(t, edge.address)
  const peersOf = async (id: string) => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.unary({})))
    return new Set(answers.filter(({ backendId }) => backendId === id).map(({ peer }) => peer))
  }
  const before = await peersOf('b1')
  await edge.serve(served({}, 'b1', 'b2'))
  t.same(await peersOf('b1'), before, 'the twin: the connection stays')

  await edge.serve(served({ onChange: true }, 'b1'))
  const old = await peersOf('b1')
  await edge.serve(served({ onChange: true }, 'b1', 'b2'))
  const now = await peersOf('b1')
  t.same(
    [...now].filter((peer) => old.has(peer)),
    [],
    'calls have new connections',
  )
})

t.test(
  'T32: with `keepRemoved`, an endpoint that is removed gets calls until it fails its check',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const endpoints = await startEndpoints(t, 'b1', 'b2')
    const healthCheck = { enabled: true, interval: '20ms', timeout: '5s' }
    const served = (drain: object, ...ids: string[]) => ({
      upstreams: {
        echo: { endpoints: Object.fromEntries(ids.map((id) => [id, endpoints[id]])), healthCheck, drain },
      },
    })
    const edge = await startEdge(t, served({ keepRemoved: true }, 'b1', 'b2'))
    await untilHealth(edge, endpoints.b2?.address ?? '', true)
    await edge.serve(served({ keepRemoved: true }, 'b1'))
    const client = connectEcho(t, edge.address)
    t.same(new Set(await callEcho(client, { count: 20 })), new Set(['b1', 'b2']))

    await edge.serve(served({}, 'b1', 'b2'))
    await edge.serve(served({}, 'b1'))
    t.same(
      new Set(await callEcho(client, { count: 20 })),
      new Set(['b1']),
      'the twin: by default it gets none',
    )
    t.equal(await hostAt(edge, endpoints.b2?.address ?? ''), undefined)
  },
)

t.test('T12, T32: with `perCaller`, callers share no connection to an endpoint', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1')
  const upstreams = (perCaller: boolean) => ({ echo: { endpoints, connections: { perCaller } } })
  const edge = await startEdge(t, { upstreams: upstreams(false) })
  const peersOf = async () => {
    const callers = [connectEcho(t, edge.address), connectEcho(t, edge.address)]
    const answers = []
    for (const caller of callers) answers.push(await caller.unary({}))
    return new Set(answers.map(({ peer }) => peer)).size
  }
  t.equal(await peersOf(), 1, 'the twin: they share it')
  await edge.serve({ upstreams: upstreams(true) })
  t.equal(await peersOf(), 2)
})
