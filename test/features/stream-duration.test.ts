// `maxStreamDuration` and `grpcTimeout` with real calls: streams and calls end when they are due, and without the switches later.

import { status } from '@grpc/grpc-js'
import t from 'tap'
import { collect } from '../support/echo-pair.ts'
import { connectEcho, startEdge, startEndpoints } from '../support/edge.ts'
import { connectRaw } from '../support/raw-call.ts'
import { requireTool } from '../support/requirements.ts'
import { startStallingService } from '../support/stalling-service.ts'

const SHORT = '200ms'
/** Longer than the short durations in all, with a message every 50 ms. */
const LIVELY = { delay: { nanos: 50_000_000 }, count: 12 }
/** Nobody waits for its end. */
const ENDLESS = { ...LIVELY, count: 1_000_000 }

const FOREVER = { delay: { seconds: 60n } }

const ruleWith = (settings: object) => ({ all: { match: {}, to: { echo: 1 }, ...settings } })

t.test('T11: a stream ends after `maxStreamDuration`, whatever moves on it', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const upstreams = { echo: { endpoints: await startEndpoints(t, 'b1') } }
  const edge = await startEdge(t, { upstreams })
  const client = connectEcho(t, edge.address)
  t.equal((await collect(client.serverStream(LIVELY))).length, LIVELY.count, 'by default it does not')

  await edge.serve({ upstreams, rules: ruleWith({ maxStreamDuration: SHORT }) })
  await t.rejects(client.unary(FOREVER), { code: status.DEADLINE_EXCEEDED }, 'before any answer')
  // Either the service ends the stream, because Envoy tells it when the stream is due, or Envoy resets it.
  const due = { message: /Deadline exceeded|RST_STREAM/ }
  await t.rejects(collect(client.serverStream(ENDLESS)), due)
  await edge.serve({ upstreams, fleet: { maxStreamDuration: SHORT } })
  await t.rejects(collect(client.serverStream(ENDLESS)), due, 'of the fleet')
  await edge.serve({
    upstreams,
    fleet: { maxStreamDuration: SHORT },
    rules: ruleWith({ maxStreamDuration: '0s' }),
  })
  t.equal((await collect(client.serverStream(LIVELY))).length, LIVELY.count, 'the rule overrides it')
  await edge.serve({ upstreams, rules: ruleWith({ maxStreamDuration: '1h', timeout: SHORT }) })
  await t.rejects(collect(client.serverStream(ENDLESS)), due, 'a timeout holds beside it')
})

const PATH = '/switchyard.echo.v1.EchoService/Unary'

t.test('T11: with `grpcTimeout`, Envoy ends a call at the deadline of its caller, or at `max`', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const upstreams = { echo: { endpoints: { silent: { address: await startStallingService(t) } } } }
  const toEcho = (kind: string, settings: object) => ({
    match: { headers: { 'x-kind': kind } },
    to: { echo: 1 },
    ...settings,
  })
  const rules = {
    off: toEcho('off', { grpcTimeout: { enabled: false, max: SHORT } }),
    on: toEcho('on', { grpcTimeout: { enabled: true } }),
    capped: toEcho('capped', { grpcTimeout: { enabled: true, max: SHORT } }),
    // Of an hour, 200 ms are left.
    sooner: toEcho('sooner', { grpcTimeout: { enabled: true, offset: '3599800ms' } }),
    timeout: toEcho('timeout', { grpcTimeout: { enabled: true, max: '1h' }, timeout: SHORT }),
  }
  const edge = await startEdge(t, { upstreams, rules })
  const call = (kind: string, deadline?: string) => {
    const headers = { 'x-kind': kind, ...(deadline && { 'grpc-timeout': deadline }) }
    return connectRaw(t, edge.address).call({ path: PATH, headers })
  }
  const ended: string[] = []
  const twins = [call('off', '200m'), call('capped'), call('on', '1H')].map((twin) =>
    twin.then(() => ended.push('twin')),
  )
  const due = { status: status.DEADLINE_EXCEEDED }
  t.match(await call('on', '200m'), due, 'the deadline of the caller')
  t.match(await call('capped', '1H'), due, 'an hour is capped')
  t.match(await call('sooner', '1H'), due, 'sooner than the caller')
  t.match(await call('timeout', '1H'), due, 'a timeout holds beside it')
  t.match(await call('timeout'), due, 'without a deadline too')
  t.same(ended, [], 'without the switch, or without a deadline, calls still wait')
  t.equal(twins.length, 3)
})
