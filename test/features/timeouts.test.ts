// The timeouts of rules and fleets with real calls: a call, a stream and a header block end when they are due, and by default later.

import { once } from 'node:events'
import { connect } from 'node:net'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { collect } from '../support/echo-pair.ts'
import { connectEcho, type Edge, startEdge, startEndpoints } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const SHORT = '200ms'
/** What the twins wait: longer than the short timeout. */
const LONGER = { delay: { nanos: 600_000_000 } }
/** Nobody waits that long: only a timeout ends it. */
const FOREVER = { delay: { seconds: 60n } }

/** Sends half of the headers of a request, and the rest after `untilRest`. @returns the status line of the answer */
async function sendInTwoParts(t: Test, { address }: Edge, untilRest: () => Promise<unknown>) {
  const [host, port] = address.split(':')
  const socket = connect(Number(port), host)
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  const answer = once(socket, 'data')
  socket.write('GET / HTTP/1.1\r\nhost: edge\r\n')
  await untilRest()
  socket.write('\r\n')
  const [bytes] = await answer
  return String(bytes).split('\r\n')[0]
}

t.test('T11: the timeouts of a rule and a fleet', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1') } }
  // Half of the headers can be sent by hand in HTTP/1.1 alone.
  const listener = { http1: true }
  const edge = await startEdge(t, { upstreams, listener })
  const byDefault = connectEcho(t, edge.address)

  await t.test('with the defaults, slow calls, streams and headers pass', async (t) => {
    const [call, stream, inTime] = await Promise.all([
      byDefault.unary(LONGER),
      collect(byDefault.serverStream({ ...LONGER, count: 2 })),
      sendInTwoParts(t, edge, () => byDefault.unary(LONGER)),
    ])
    t.match([call.backendId, stream.length], ['b1', 2])
    t.notMatch(inTime, / 408 /)
  })

  await t.test('a call ends after the timeout of its rule', async (t) => {
    await edge.serve({ upstreams, rules: { all: { match: {}, to: { echo: 1 }, timeout: SHORT } } })
    const message = 'upstream request timeout'
    await t.rejects(connectEcho(t, edge.address).unary(FOREVER), { code: status.UNAVAILABLE, message })
  })

  await t.test('an idle stream ends after `timeouts.streamIdle`', async (t) => {
    await edge.serve({ upstreams, fleet: { timeouts: { streamIdle: SHORT } } })
    const stream = connectEcho(t, edge.address).serverStream({ ...FOREVER, count: 2 })
    await t.rejects(collect(stream), { code: status.UNAVAILABLE, message: 'stream timeout' })
  })

  await t.test('headers that take longer than `timeouts.requestHeaders` end with 408', async (t) => {
    await edge.serve({ upstreams, listener, fleet: { timeouts: { requestHeaders: SHORT } } })
    t.match(await sendInTwoParts(t, edge, () => connectEcho(t, edge.address).unary(LONGER)), / 408 /)
  })
})
