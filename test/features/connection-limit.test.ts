// `connectionLimit` with real connections: those beyond it are closed without an answer, in both modes, and the others stay.

import { connect } from 'node:net'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { type Edge, startEdge, startEndpoints } from '../support/edge.ts'
import { connectRaw, type RawIdentity } from '../support/raw-call.ts'
import { requireTool } from '../support/requirements.ts'
import { startTlsEdge } from '../support/tls-edge.ts'
import { untilEnded } from '../support/until-ended.ts'

const path = `/${EchoService.typeName}/Unary`
const LIMIT = 3

/** Opens connections as callers do, and makes a call on each. */
async function statusesOf(t: Test, { address }: Edge, count: number) {
  const connections = Array.from({ length: count }, () => connectRaw(t, address))
  const statuses: number[] = []
  for (const { call } of connections) statuses.push((await call({ path })).status)
  return { connections, statuses }
}

for (const mode of ['l7', 'l4'] as const) {
  t.test(`T14: a listener in mode ${mode} closes connections beyond its limit`, async (t) => {
    if (!requireTool(t, 'envoy')) return
    const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1') } }
    const served = (connectionLimit?: object) => ({
      upstreams,
      lb: { mode },
      fleet: { ...(connectionLimit && { connectionLimit }) },
    })
    const edge = await startEdge(t, served())
    const many = await statusesOf(t, edge, 2 * LIMIT)
    t.same(new Set(many.statuses), new Set([status.OK]), 'the twin without a limit')
    for (const { hangUp } of many.connections) hangUp()

    await edge.serve(served({ enabled: true, max: LIMIT }))
    const { connections, statuses } = await statusesOf(t, edge, LIMIT + 2)
    const [within, beyond] = [statuses.slice(0, LIMIT), statuses.slice(LIMIT)]
    t.same(new Set(within), new Set([status.OK]), 'within the limit')
    t.same(beyond, [status.UNAVAILABLE, status.UNAVAILABLE], 'beyond it')
    t.equal((await connections[0]?.call({ path }))?.status, status.OK, 'open connections stay')
    const limited = await edge.envoy.admin.stats('limited_connections')
    t.equal(limited.get('connection_limit.callers.limited_connections'), 2)

    connections[0]?.hangUp()
    const [, last] = connections.slice(LIMIT)
    while ((await last?.call({ path }))?.status !== status.OK) {
      // Envoy has not yet seen that the connection is gone.
    }
    t.pass('after one connection ends, another is accepted')

    await edge.serve(served({ enabled: false, max: LIMIT }))
    t.same(new Set((await statusesOf(t, edge, 2 * LIMIT)).statuses), new Set([status.OK]), 'turned off')
  })
}

t.test('T14: with a delay, a connection beyond the limit waits for its end', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1') } }
  const served = (delay: string) => ({
    upstreams,
    fleet: { connectionLimit: { enabled: true, max: 1, delay } },
  })
  const edge = await startEdge(t, served('0s'))
  const openOneMore = () => {
    const { hostname, port } = new URL(`http://${edge.address}`)
    const socket = connect(Number(port), hostname)
    t.teardown(() => socket.destroy())
    return untilEnded(socket.resume())
  }
  const first = connectRaw(t, edge.address)
  t.equal((await first.call({ path })).status, status.OK)
  await openOneMore()
  t.pass('the twin without a delay: closed')
  first.hangUp()

  await edge.serve(served('1h'))
  const second = connectRaw(t, edge.address)
  t.equal((await second.call({ path })).status, status.OK)
  const closed = openOneMore().then(() => 'closed')
  // Time in which Envoy would have closed it: the twin was closed before anything else was called.
  for (let call = 0; call < 50; call += 1) await second.call({ path })
  t.equal(await Promise.race([closed, 'open']), 'open')
})

t.test(
  'T14: TLS and plaintext of one listener have a count each, and a listener its own limit',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const listener = { enabled: true, certificate: 'edge', allowPlaintext: true }
    const edge = await startTlsEdge(t, { listener })
    const fleet = (max: number) => ({ connectionLimit: { enabled: true, max } })
    t.equal(await edge.patch({ fleets: { fleet: fleet(1) } }), 'synced')
    const { ca } = await edge.identity()
    const call = async (identity?: RawIdentity) =>
      (await connectRaw(t, edge.address, identity).call({ path })).status
    t.equal(await call({ ca }), status.OK, 'TLS')
    t.equal(await call(), status.OK, 'plaintext beside it')
    t.equal(await call({ ca }), status.UNAVAILABLE, 'the second over TLS')
    t.equal(await call(), status.UNAVAILABLE, 'the second in plaintext')

    t.equal(await edge.patch({ fleets: { fleet: { listeners: { main: fleet(2) } } } }), 'synced')
    for (const _ of [1, 2]) t.equal(await call(), status.OK, 'those that drain are not counted')
    t.equal(await call(), status.UNAVAILABLE, "beyond the listener's own limit")
  },
)
