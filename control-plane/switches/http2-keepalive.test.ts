// HTTP/2 keepalive: settings that never send a PING, and defaults that gRPC servers accept.

import t from 'tap'
import { fleetHttp2, upstreamHttp2 } from './http2.ts'

type Written = Parameters<NonNullable<typeof upstreamHttp2.problems>>[0]
const problemsOf = (keepalive: Written['keepalive'], of = upstreamHttp2) => [
  ...(of.problems?.({ ...(keepalive && { keepalive }) }, { jwt: {} }) ?? []),
]

t.test('T13: a keepalive that is on sends a PING at some time', async (t) => {
  const never = { interval: '0s', afterIdle: '0s' }
  t.same(problemsOf(undefined), [])
  t.same(problemsOf({ enabled: true }), [])
  t.same(problemsOf({ enabled: true, ...never, afterIdle: '1m' }), [], 'ahead of calls')
  t.same(problemsOf({ enabled: true, ...never, interval: '1m' }), [], 'regularly')
  t.same(problemsOf({ enabled: false, ...never }), [], 'off')
  const steps = ['keepalive', 'interval']
  t.match(problemsOf({ enabled: true, interval: '0s' }), [{ steps, message: /^is 0s, and afterIdle is too/ }])
  t.match(problemsOf({ enabled: true, ...never }), [{ steps }])
})

t.test('T13: PINGs to endpoints are by default as rare as gRPC servers want them', async (t) => {
  const { keepalive: ofFleet } = fleetHttp2.schema.properties
  const { keepalive: ofUpstream } = upstreamHttp2.schema.properties
  t.match(ofUpstream.properties.interval, { default: '5m' })
  t.match(ofFleet.properties.interval, { default: '30s' }, 'callers answer any number')
})
