// The `http2` limits of fleets and upstreams with real calls: how many run at a time, and how much a stalled one can send.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import t, { type Test } from 'tap'
import { serveEcho } from '../support/echo-pair.ts'
import { connectEcho, startEdge } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'
import { openStalledConnection } from '../support/stalled-connection.ts'
import { startStallingService } from '../support/stalling-service.ts'

const CALLS = 6
const KIB = 1024
const MIB = 1024 * KIB

/** A service that answers its calls in groups, and what it saw: the most calls at a time, and their connections. */
async function startGrouping(t: Test) {
  const seen = { most: 0, peers: new Set<string>() }
  let group = CALLS
  const waiting: (() => void)[] = []
  const address = await serveEcho(t, {
    unary: async (_, { peer }) => {
      seen.peers.add(peer)
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push(resolve)
      seen.most = Math.max(seen.most, waiting.length)
      if (waiting.length >= group) for (const answer of waiting.splice(0)) answer()
      await promise
      return {}
    },
  })
  const begin = (size: number) => {
    group = size
    Object.assign(seen, { most: 0, peers: new Set() })
  }
  return { address, seen, begin }
}

t.test(
  'T13: a fleet limits the calls of one connection, and an upstream uses more connections',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const { address, seen, begin } = await startGrouping(t)
    const upstreams = (http2: object) => ({ echo: { endpoints: { b1: { address } }, http2 } })
    const edge = await startEdge(t, { upstreams: upstreams({}) })
    /** Makes calls at a time over one connection, which the service answers in groups. */
    const callAll = async (group: number) => {
      const client = connectEcho(t, edge.address)
      begin(1)
      // From its answer on the client knows the limits of the Envoy.
      await client.unary({})
      begin(group)
      await Promise.all(Array.from({ length: CALLS }, () => client.unary({})))
      return { most: seen.most, connections: seen.peers.size }
    }
    t.same(await callAll(CALLS), { most: CALLS, connections: 1 }, 'twin: the defaults')

    await edge.serve({ upstreams: upstreams({}), fleet: { http2: { maxConcurrentStreams: 2 } } })
    t.same(await callAll(2), { most: 2, connections: 1 }, 'two calls on a connection from a caller')

    await edge.serve({ upstreams: upstreams({ maxConcurrentStreams: 1 }) })
    t.same(
      await callAll(CALLS),
      { most: CALLS, connections: CALLS },
      'one call on a connection to an endpoint',
    )
  },
)

t.test('T13: the windows of a fleet limit what a stalled call can send', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const unary = `/${EchoService.typeName}/Unary`
  const address = await startStallingService(t, unary)
  const upstreams = (http2: object) => ({ echo: { endpoints: { b1: { address } }, http2 } })
  const edge = await startEdge(t, { upstreams: upstreams({}) })
  const open = () =>
    openStalledConnection(t, edge.address, {
      path: `/${EchoService.typeName}/Bidirectional`,
      streams: 1,
      message: new Uint8Array(64 * KIB),
      bytes: 30 * MIB,
    })
  const narrow = await open()
  const byDefault = await narrow.settled(() => connectEcho(t, edge.address).unary({}))
  narrow.close()
  t.ok(byDefault < MIB, `${byDefault} bytes with the default window of 64 KiB`)
  const windows = { streamWindow: 4 * MIB, connectionWindow: 4 * MIB }
  await edge.serve({ upstreams: upstreams({}), fleet: { http2: windows } })
  // Envoy has not read everything when a number of other calls have been answered: only the bytes themselves say so.
  const wide = await open()
  t.pass(`twin: ${await wide.sentMore(4 * MIB)} bytes with a window of 4 MiB`)
})
