// `http2.keepalive` with peers that vanish and close nothing: Envoy notices, ends their calls, and lets go of their connections.

import { Metadata, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { startBackendProcess } from '../support/backend-process.ts'
import { serveEcho } from '../support/echo-pair.ts'
import { connectEcho, startEdge } from '../support/edge.ts'
import { startHalfOpenRelay } from '../support/half-open-relay.ts'
import { requireTool } from '../support/requirements.ts'

const QUICK = { interval: '100ms', timeout: '1s' }

/** A call that its backend holds, from a caller that can vanish. */
async function startHeldCall(t: Test, http2: object) {
  const isCancelled = Promise.withResolvers<void>()
  const isHeld = Promise.withResolvers<void>()
  const address = await serveEcho(t, {
    unary: async (_, { signal }) => {
      isHeld.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      isCancelled.resolve()
      return {}
    },
  })
  const upstreams = { echo: { endpoints: { b1: { address } } } }
  const edge = await startEdge(t, { upstreams, fleet: { http2 } })
  const relay = await startHalfOpenRelay(t, edge.address)
  void connectEcho(t, relay.address)
    .unary({})
    .catch(() => {})
  await isHeld.promise
  return { vanish: relay.vanish, cancelled: isCancelled.promise }
}

t.test('T13: the call of a caller that vanished is cancelled only with `keepalive`', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const without = await startHeldCall(t, {})
  const off = await startHeldCall(t, { keepalive: { enabled: false, ...QUICK } })
  const on = await startHeldCall(t, { keepalive: { enabled: true, ...QUICK } })
  // The twins' callers go first: when the last one is noticed, theirs would have been.
  for (const { vanish } of [without, off, on]) vanish()
  await on.cancelled
  t.pass('with it, the backend sees a cancellation')
  for (const { cancelled } of [without, off]) {
    t.equal(await Promise.race([cancelled, 'still runs']), 'still runs', 'twin: without it')
  }
})

t.test('T13: the call at an endpoint that vanished ends only with `keepalive`', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const backend = await startBackendProcess(t, 'b1')
  const endpoints = { b1: { address: backend.address } }
  const upstreams = {
    on: { endpoints, http2: { keepalive: { enabled: true, ...QUICK } } },
    ahead: { endpoints, http2: { keepalive: { enabled: true, ...QUICK, interval: '0s', afterIdle: '1ms' } } },
    off: { endpoints, http2: { keepalive: { enabled: false, ...QUICK } } },
  }
  const names = ['off', 'on', 'ahead'] as const
  const rules = Object.fromEntries(
    names.map((name) => [name, { match: { headers: { 'x-to': name } }, to: { [name]: 1 } }]),
  )
  const edge = await startEdge(t, { upstreams, rules })
  const client = connectEcho(t, edge.address)
  const call = (name: string) => client.unary({}, { metadata: Metadata.fromHttp2Headers({ 'x-to': name }) })
  for (const name of names) {
    // A backend of a busy machine may be late with the answer to a PING.
    while ((await call(name).catch(() => undefined)) === undefined);
    t.pass(`${name}: a connection is open`)
  }
  backend.freeze()
  const off = call('off')
  off.catch(() => {})
  await t.rejects(call('on'), { code: status.UNAVAILABLE }, 'a PING without an answer ends it')
  await t.rejects(call('ahead'), { code: status.UNAVAILABLE }, 'a PING ahead of the call does')
  t.equal(await Promise.race([off, 'still waits']), 'still waits', 'twin: without it')
})
