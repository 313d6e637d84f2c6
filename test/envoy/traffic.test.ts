// The traffic of a fleet as a real Envoy counts and pushes it, over mutual TLS: calls, errors, latency, connections.

import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { RestClient } from '../../api/client.ts'
import type { TrafficSample } from '../../api/schemas/traffic.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { freePort } from '../../processes/free-port.ts'
import { startDead } from '../support/dead-endpoint.ts'
import { connectEcho, startEcho } from '../support/edge.ts'
import { EventReader } from '../support/event-reader.ts'
import { startEnvoy } from '../support/real-envoy.ts'
import { requireTool } from '../support/requirements.ts'
import { StatsClient } from '../support/stats-client.ts'
import { connectTo } from '../support/xds-client.ts'

/** What a backend waits before it answers. Timers of Node may fire up to a millisecond early. */
const LATENCY_MS = 40
const INTERVAL_MS = 200

async function start(t: Test) {
  const backend = await startEcho(t, 'b1', LATENCY_MS)
  const port = await freePort()
  const controlPlane = await startControlPlane({
    config: validateConfig({
      version: 1,
      upstreams: { echo: { endpoints: { b1: { address: backend.address } } } },
      routes: { all: { hosts: ['*'], rules: { all: { match: {}, to: { echo: 1 } } } } },
      fleets: {
        edge: {
          kind: 'envoy',
          lb: { mode: 'l7', policy: 'round_robin' },
          listeners: { main: { port, l4: { upstream: 'echo' }, l7: { routes: 'all' } } },
        },
      },
    }),
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
    drainTimeMs: 3_000,
  })
  t.teardown(() => controlPlane.close())
  const rest = new RestClient({ url: controlPlane.adminUrl })
  const events = new EventReader(t, rest)
  const envoy = await startEnvoy(t, controlPlane.xdsAddress, 'delta', {
    cluster: 'edge',
    statsIntervalMs: INTERVAL_MS,
  })
  await envoy.admin.waitUntilLive()
  // The first push covers an unknown interval, and what it counts is in no sample.
  await events.until('traffic')
  return { controlPlane, rest, events, connect: () => connectEcho(t, `127.0.0.1:${port}`) }
}

/** Sums of all samples so far. */
function total(samples: readonly TrafficSample[]) {
  const sum = (of: (sample: TrafficSample) => number) => samples.reduce((all, sample) => all + of(sample), 0)
  return { calls: sum(({ calls }) => calls), errors: sum(({ errors }) => errors) }
}

t.test('the calls of a real Envoy arrive with their errors, latency and connections', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { controlPlane, rest, events, connect } = await start(t)
  let client = connect()
  const samples = () => events.named('traffic').map(({ data }) => data)
  const until = (calls: number) => events.until('traffic', () => total(samples()).calls >= calls)
  const call = async (count: number, statusCode?: number) => {
    const made = Array.from({ length: count }, () =>
      client
        .unary({ message: 'which?', ...(statusCode !== undefined && { statusCode }) })
        .catch(() => undefined),
    )
    await Promise.all(made)
  }

  await call(20)
  await until(20)
  t.same(total(samples()), { calls: 20, errors: 0 })
  // Envoy may push the times of a call later than its count.
  const hasTimes = ({ p50Ms }: { readonly p50Ms: number | null }) => p50Ms !== null
  await events.until('traffic', () => samples().some(hasTimes))
  const busy = samples().find(hasTimes)
  t.ok((busy?.p50Ms ?? 0) >= LATENCY_MS - 1 && (busy?.p99Ms ?? 0) >= (busy?.p50Ms ?? 0), JSON.stringify(busy))
  t.match(busy, { fleet: 'edge', connections: { active: 1, draining: 0 }, proxies: { 'edge-1': {} } })
  t.ok((busy?.seconds ?? 0) > 0)

  await call(10, status.NOT_FOUND)
  await until(30)
  t.equal(total(samples()).errors, 0, 'without grpcStats Envoy sees the HTTP status 200 only')
  await rest.patchConfig({ fleets: { edge: { filters: { grpcStats: { enabled: true } } } } })
  await events.until('flip', ({ lanes }) => lanes.some(({ ackedAt }) => ackedAt !== undefined))
  // The connection that is open stays with the listener that had no such filter.
  client = connect()
  await call(5, status.NOT_FOUND)
  await call(5)
  await until(40)
  t.equal(total(samples()).errors, 5, 'with it, errors are by gRPC status')

  const dead = await startDead(t)
  await rest.patchConfig({
    fleets: { edge: { filters: { grpcStats: { enabled: false } } } },
    upstreams: { echo: { endpoints: { b1: { address: dead } } } },
  })
  client = connect()
  for (let calls = 41; total(samples()).errors === 5; calls += 1) {
    await call(1)
    await until(calls)
  }
  t.ok(total(samples()).errors > 5, 'a call without an answer of a backend is an error in any case')

  const { nodes, samples: kept, intervalMs } = await rest.getTraffic({ fleet: 'edge' })
  t.match(nodes, [{ id: 'edge-1', fleet: 'edge' }])
  // A busy Envoy pushes later than it should.
  t.equal(intervalMs, Math.round((kept.at(-1)?.seconds ?? 0) * 1_000), 'the last interval of the only node')
  t.equal(total(kept).calls, total(samples()).calls)

  const stranger = new StatsClient(connectTo(t, controlPlane.xdsAddress))
  stranger.introduce('edge-7', 'no-such-fleet')
  stranger.push({ takenAt: 1, calls: 1 })
  stranger.push({ takenAt: 1_001, calls: 1_000 })
  stranger.raw.end()
  await stranger.raw.ended
  t.notOk(
    (await rest.getTraffic()).nodes.some(({ id }) => id === 'edge-7'),
    'a fleet that the document does not have',
  )
})
