// The load that a real gRPC client (grpc-js-xds) reports, as REST shows it, beside what the caller counted itself.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { status } from '@grpc/grpc-js'
import { register } from '@grpc/grpc-js-xds'
import t, { type Test } from 'tap'
import { RestClient } from '../../api/client.ts'
import type { Load } from '../../api/schemas/load.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { startBackend } from '../../services/backend-server.ts'
import { createClient } from '../../services/rpc/index.ts'

register()

const CALLS = 400
const BACKENDS = ['b1', 'b2'] as const

/** A control plane with a backend in each of two zones, and a gRPC client of it. */
async function start(t: Test, weights: readonly [b1: number, b2: number]) {
  const backends = await Promise.all(
    BACKENDS.map((id) => startBackend({ id, listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 })),
  )
  t.teardown(() => Promise.all(backends.map((one) => one.close())))
  const endpoints = Object.fromEntries(
    BACKENDS.map((id, index) => [id, { address: backends[index]?.address, locality: { zone: id } }]),
  )
  const localities = Object.fromEntries(
    BACKENDS.map((id, index) => [id, { zone: id, weight: weights[index] }]),
  )
  const config = validateConfig({
    version: 1,
    upstreams: { echo: { endpoints, localities } },
    routes: { public: { hosts: ['*'], rules: { all: { match: {}, to: { echo: 1 } } } } },
    fleets: {
      callers: {
        kind: 'proxyless',
        clients: ['node'],
        lb: { policy: 'round_robin' },
        listeners: { echo: { l7: { routes: 'public' } } },
      },
    },
  })
  const controlPlane = await startControlPlane({
    config,
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
    loadIntervalMs: 200,
  })
  t.teardown(() => controlPlane.close())
  const bootstrap = {
    xds_servers: [{ server_uri: controlPlane.xdsAddress, channel_creds: [{ type: 'insecure' }] }],
    node: { id: 'caller-1', cluster: 'callers', locality: {} },
  }
  const client = createClient(EchoService, 'xds:///echo', {
    options: { 'grpc.TEST_ONLY_DO_NOT_USE_IN_PROD.xds_bootstrap_config': JSON.stringify(bootstrap) },
  })
  t.teardown(() => client.close())
  const rest = new RestClient({ url: controlPlane.adminUrl })
  const untilLoad = async (holds: (load: Load) => boolean) => {
    for (;;) {
      const load = await rest.getLoad({ fleet: 'callers' })
      if (holds(load)) return load
    }
  }
  return { client, untilLoad }
}

// A client picks a locality at random: six standard deviations around the expected share.
for (const { title, weights, expected } of [
  { title: 'equal weights', weights: [1, 1], expected: CALLS / 2 },
  { title: 'weights of 3 to 1', weights: [3, 1], expected: (CALLS * 3) / 4 },
] as const) {
  t.test(`P23: grpc-js reports each call in its locality as the caller counted it (${title})`, async (t) => {
    const { client, untilLoad } = await start(t, weights)
    const counted: Record<string, number> = { b1: 0, b2: 0 }
    for (let call = 0; call < CALLS; call += 1) {
      const { backendId } = await client.unary({})
      counted[backendId] = (counted[backendId] ?? 0) + 1
    }
    const { upstreams, nodes } = await untilLoad((load) => load.upstreams[0]?.calls.ok === CALLS)
    const rows = upstreams[0]?.backends ?? []
    t.same(Object.fromEntries(rows.map(({ locality, calls }) => [locality.zone, calls.started])), counted)
    t.notOk(
      rows.some(({ address }) => address !== undefined),
      'it reports no endpoints',
    )
    t.match(nodes, [{ id: 'caller-1', fleet: 'callers', calls: { started: CALLS, errors: 0 } }])
    const share = expected / CALLS
    const bound = 6 * Math.sqrt(CALLS * share * (1 - share))
    const b1 = counted.b1 ?? 0
    t.ok(Math.abs(b1 - expected) <= bound, `${b1} calls, expected ${expected} within ${bound.toFixed(1)}`)
  })
}

t.test(
  'P23: for grpc-js, every status except OK is an error, and Envoy takes some of them for ok',
  async (t) => {
    const { client, untilLoad } = await start(t, [1, 1])
    await client.unary({})
    await client.unary({ statusCode: status.NOT_FOUND }).catch(() => {})
    const { upstreams } = await untilLoad(
      ({ upstreams: [one] }) => (one?.calls.ok ?? 0) + (one?.calls.errors ?? 0) === 2,
    )
    t.match(upstreams, [{ calls: { started: 2, ok: 1, errors: 1 } }])
  },
)
