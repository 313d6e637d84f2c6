// `connections` of fleets and upstreams with real connections: they end when they are due, no call fails, and by default they stay.

import { once } from 'node:events'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { startProcess } from '../../processes/running-process.ts'
import { startBackend } from '../../services/backend-server.ts'
import { callEcho, FAILED } from '../support/call-echo.ts'
import { connectEcho, connectEchoUntilClosed, startEdge, startEndpoints } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const SHORT = '200ms'
/** What the twins wait: longer than the short times. */
const LONGER = { delay: { nanos: 600_000_000 } }

/** How many calls it took until the connection was closed. A call that fails rejects. */
async function callUntilClosed({ client, closed }: ReturnType<typeof connectEchoUntilClosed>) {
  let [calls, isClosed] = [0, false]
  void closed.then(() => {
    isClosed = true
  })
  while (!isClosed) {
    await client.unary({})
    calls += 1
  }
  return calls
}

/** Whether the connection is still open after some calls, and after a time in which it has none. */
async function staysOpen(t: Test, address: string, calls: number): Promise<boolean> {
  const { client, closed } = connectEchoUntilClosed(t, address)
  for (let call = 0; call < calls; call += 1) await client.unary({})
  const later = connectEcho(t, address).unary(LONGER)
  return await Promise.race([closed.then(() => false), later.then(() => true)])
}

t.test('T11, T12, T14: connections of callers end when they are due, and no call fails', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1') } }
  const edge = await startEdge(t, { upstreams })
  const serve = (connections: object) => edge.serve({ upstreams, fleet: { connections } })
  t.ok(await staysOpen(t, edge.address, 50), 'by default they stay')

  await t.test('after `maxRequests` calls', async (t) => {
    await serve({ maxRequests: 20 })
    const calls = await callUntilClosed(connectEchoUntilClosed(t, edge.address))
    t.ok(calls >= 20, `${calls} calls`)
  })

  await t.test('after `maxDuration`, with calls all the time', async (t) => {
    await serve({ maxDuration: SHORT, drain: '100ms' })
    t.ok((await callUntilClosed(connectEchoUntilClosed(t, edge.address))) > 0)
  })

  await t.test('after `idle`, without calls', async (t) => {
    await serve({ idle: SHORT, drain: '100ms' })
    const { client, closed } = connectEchoUntilClosed(t, edge.address)
    await client.unary({})
    await closed
    t.match(await client.unary({}), { backendId: 'b1' }, 'the next call opens another')
  })

  await t.test('after `idle` in mode l4', async (t) => {
    await edge.serve({ upstreams, lb: { mode: 'l4' }, fleet: { connections: { idle: SHORT } } })
    const { client, closed } = connectEchoUntilClosed(t, edge.address)
    // On a busy machine, the connection may be idle for that long before the call.
    await client.unary({}).catch(() => {})
    await closed
    t.pass('closed')
  })
})

t.test('T11, T12: connections to endpoints end when they are due, and no call fails', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = await startEndpoints(t, 'b1')
  const upstreams = (connections?: object) => ({ echo: { endpoints, ...(connections && { connections }) } })
  const edge = await startEdge(t, { upstreams: upstreams() })
  const client = connectEcho(t, edge.address)
  /** The backend sees each connection as a peer of its own. */
  const peerOf = async (request: Parameters<typeof client.unary>[0] = {}) =>
    (await client.unary(request)).peer
  const first = await peerOf()
  for (let call = 0; call < 20; call += 1) t.equal(await peerOf(), first)
  await peerOf(LONGER)
  t.equal(await peerOf(), first, 'by default they stay')

  for (const connections of [{ maxRequests: 5 }, { maxDuration: SHORT }, { idle: SHORT }]) {
    await t.test(Object.keys(connections).join(), async (t) => {
      await edge.serve({ upstreams: upstreams(connections) })
      const isIdle = 'idle' in connections
      const before = await peerOf()
      let now = before
      // A call on another connection is time without a call on this one.
      while (now === before) {
        if (isIdle) await connectEcho(t, endpoints.b1?.address ?? '').unary(LONGER)
        now = await peerOf()
      }
      t.not(now, before)
    })
  }
})

/** Blocks itself once it listens, so that the kernel takes two connections for it, and all further ones wait. */
const STUCK = `const server = require('node:net').createServer()
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    require('node:fs').writeSync(1, 'port ' + server.address().port + '\\n')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })`

/** An endpoint to which no connection gets open. @returns its address */
async function startStuck(t: Test): Promise<string> {
  const stuck = startProcess({
    name: 'the endpoint',
    command: process.execPath,
    args: ['-e', STUCK],
    ready: (line) => /^port (\d+)/.exec(line)?.[1],
    dieWithParent: true,
  })
  t.teardown(() => stuck.stop())
  const port = Number(await stuck.ready)
  for (const _ of [1, 2]) {
    const socket = connect(port, '127.0.0.1')
    t.teardown(() => socket.destroy())
    await once(socket, 'connect')
  }
  return `127.0.0.1:${port}`
}

t.test('T11: a connection that takes longer than `connectTimeout` ends its calls', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const endpoints = { stuck: { address: await startStuck(t) } }
  const rules = {
    all: { match: {}, to: { patient: 1 } },
    short: { match: { headers: { 'x-short': '1' } }, to: { short: 1 } },
  }
  const upstreams = {
    patient: { endpoints, connections: { connectTimeout: '1h' } },
    short: { endpoints, connections: { connectTimeout: SHORT } },
  }
  const edge = await startEdge(t, { upstreams, rules })
  const patient = callEcho(connectEcho(t, edge.address), { count: 1 })
  const short = connectEcho(t, edge.address)
  const [answer] = await callEcho(short, { count: 1, headers: () => ({ 'x-short': '1' }) })
  t.equal(answer, FAILED)
  t.equal(await Promise.race([patient, 'still waits']), 'still waits', 'the twin')
})

t.test(
  'T32: with a maximum connection age of backends, callers of an L4 listener meet all of them',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const start = async (id: string, maxMs?: number) => {
      const listen = { host: '127.0.0.1', port: 0 }
      const backend = await startBackend({
        id,
        listen,
        latencyMs: 0,
        ...(maxMs && { connectionAge: { maxMs } }),
      })
      t.teardown(() => backend.close())
      return [id, { address: backend.address }] as const
    }
    const served = async (maxMs?: number) => {
      const endpoints = Object.fromEntries([await start('b1', maxMs), await start('b2', maxMs)])
      return { upstreams: { echo: { endpoints } }, lb: { mode: 'l4' } }
    }
    const edge = await startEdge(t, await served())
    const client = connectEcho(t, edge.address)
    const [backend] = await callEcho(client, { count: 1 })
    await client.unary(LONGER)
    t.same(
      new Set(await callEcho(client, { count: 100 })),
      new Set([backend]),
      'without it, a caller has one backend',
    )

    await edge.serve(await served(100))
    const other = connectEcho(t, edge.address)
    const met = new Set<string>()
    while (met.size < 2) for (const id of await callEcho(other, { count: 10 })) met.add(id)
    t.same([...met].toSorted(), ['b1', 'b2'], 'and no call failed')
  },
)
