// How many connections an upstream has: no more than `connectionsPerEndpoint`, and with `preconnect` some before calls need them.

import t, { type Test } from 'tap'
import { callEcho, FAILED } from '../support/call-echo.ts'
import { startCountingRelay } from '../support/counting-relay.ts'
import { serveEcho } from '../support/echo-pair.ts'
import { connectEcho, startEcho, startEdge, tallyOf } from '../support/edge.ts'
import { requireTool } from '../support/requirements.ts'

const ONE_CALL_EACH = { http2: { maxConcurrentStreams: 1 } }
const CALLS = 6

/** Holds calls until as many wait as are wanted, and then answers all that have come. */
async function startHolding(t: Test) {
  const waiting: (() => void)[] = []
  const seen = { most: 0 }
  let wanted = 1
  const address = await serveEcho(t, {
    unary: async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push(resolve)
      seen.most = Math.max(seen.most, waiting.length)
      if (waiting.length >= wanted) for (const answer of waiting.splice(0)) answer()
      await promise
      return {}
    },
  })
  const hold = (count: number) => {
    wanted = count
    seen.most = 0
  }
  return { address, seen, hold }
}

t.test('T8, T12: `connectionsPerEndpoint` bounds connections, and calls beyond it wait', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address, seen, hold } = await startHolding(t)
  const upstreams = (circuitBreaker: object, to: string) => ({
    echo: { endpoints: { b1: { address: to } }, ...ONE_CALL_EACH, circuitBreaker },
  })
  const callAll = async (circuitBreaker: object, group: number) => {
    const relay = await startCountingRelay(t, address)
    const edge = await startEdge(t, { upstreams: upstreams(circuitBreaker, relay.address) })
    const client = connectEcho(t, edge.address)
    hold(group)
    await Promise.all(Array.from({ length: CALLS }, () => client.unary({})))
    return { opened: relay.opened(), most: seen.most }
  }
  t.same(await callAll({ connectionsPerEndpoint: 2 }, 2), { opened: 2, most: 2 })
  t.same(await callAll({}, CALLS), { opened: CALLS, most: CALLS }, 'twin: one connection for each call')
})

t.test('T12: with `preconnect.perEndpoint`, a connection is open for the next call', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { address } = await startEcho(t, 'b1')
  const start = async (preconnect: object) => {
    const relay = await startCountingRelay(t, address)
    const endpoints = { b1: { address: relay.address } }
    const upstreams = { echo: { endpoints, ...ONE_CALL_EACH, connections: { preconnect } } }
    const edge = await startEdge(t, { upstreams })
    return { relay, client: connectEcho(t, edge.address) }
  }
  const on = await start({ enabled: true, perEndpoint: 2 })
  await on.client.unary({})
  await on.relay.untilOpened(2)
  t.pass('one call, two connections')
  const off = await start({ enabled: false, perEndpoint: 2 })
  t.notOk((await callEcho(off.client, { count: 20 })).includes(FAILED))
  t.equal(off.relay.opened(), 1, 'twin: twenty calls, one connection')
})

t.test('T12: with `preconnect.predictive`, the endpoint of the next call is connected', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const backends = await Promise.all(['b1', 'b2'].map((id) => startEcho(t, id)))
  const start = async (preconnect: object) => {
    const relays = await Promise.all(backends.map(({ address }) => startCountingRelay(t, address)))
    const endpoints = Object.fromEntries(relays.map(({ address }, index) => [`b${index}`, { address }]))
    const upstreams = { echo: { endpoints, connections: { preconnect } } }
    const edge = await startEdge(t, { upstreams })
    return { relays, client: connectEcho(t, edge.address) }
  }
  const on = await start({ enabled: true, predictive: 2 })
  await on.client.unary({})
  await Promise.all(on.relays.map((relay) => relay.untilOpened(1)))
  t.pass('one call, a connection to each endpoint')
  const off = await start({ enabled: false, predictive: 2 })
  const [first] = await callEcho(off.client, { count: 1 })
  t.same(tallyOf(off.relays.map((relay) => String(relay.opened()))), { 0: 1, 1: 1 }, 'twin: one of the two')
  const both = new Set([first, ...(await callEcho(off.client, { count: 1 }))])
  t.equal(both.size, 2, 'which the next call uses')
})
