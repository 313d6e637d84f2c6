// The `lb` switch with real parts: a write over REST, a real Envoy that ACKs or NACKs it, and the backends of calls.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Metadata } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { freePort } from '../../processes/free-port.ts'
import { createClient } from '../../services/rpc/index.ts'
import { startBackends } from '../support/echo-backends.ts'
import { startEnvoy } from '../support/real-envoy.ts'
import { sampleWith } from '../support/sample-config.ts'

const BACKENDS = ['b1', 'b2', 'b3']

/** A control plane, a live Envoy of its fleet "fleet" in mode l4, and three backends behind it. */
async function start(t: Test) {
  const ports = await startBackends(t, ...BACKENDS)
  const endpoints = Object.fromEntries(
    ports.map((port, index) => [BACKENDS[index], { address: `127.0.0.1:${port}` }]),
  )
  const port = await freePort()
  const { edge } = sampleWith({ 'fleets.edge.listeners.main.port': port }).fleets
  const config = sampleWith({
    'upstreams.echo.endpoints': endpoints,
    'upstreams.echo-v2': { endpoints },
    'fleets.edge': undefined,
    'fleets.fleet': edge,
  })
  const { adminUrl, xdsAddress, close } = await startControlPlane({
    config,
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
  })
  t.teardown(close)
  const envoy = await startEnvoy(t, xdsAddress, 'delta')
  await envoy.admin.waitUntilLive()

  const putLb = async (body: object) => {
    const response = await fetch(`${adminUrl}/v1/fleets/fleet/lb?wait=30s`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer = (await response.json()) as { readonly outcome: string; readonly detail?: string }
    return { status: response.status, ...answer }
  }
  /** Makes one call per user over one new connection. Returns the ids of the backends that answered. */
  const call = async (users: readonly string[]) => {
    const client = createClient(EchoService, `127.0.0.1:${port}`, {
      options: { 'grpc.use_local_subchannel_pool': 1 },
    })
    const ids: string[] = []
    for (const user of users) {
      const metadata = new Metadata()
      metadata.set('x-user', user)
      ids.push((await client.unary({ message: user }, { metadata })).backendId)
    }
    client.close()
    return ids
  }
  return { putLb, call }
}

const NINE_USERS = Array.from({ length: 9 }, (_, index) => `user-${index}`)
const ONE_USER = NINE_USERS.map(() => 'alice')

t.test('T1: a real Envoy ACKs every mode and policy, and calls go to the expected backends', async (t) => {
  const { putLb, call } = await start(t)

  t.match(await putLb({ mode: 'l4' }), { status: 200, outcome: 'synced' })
  t.equal(new Set(await call(NINE_USERS)).size, 1, 'in mode l4 a connection has one backend')

  t.match(await putLb({ mode: 'l7' }), { status: 200, outcome: 'synced' })
  const inTurn = await call(NINE_USERS)
  t.same(
    BACKENDS.map((id) => inTurn.filter((one) => one === id).length),
    [3, 3, 3],
    'in mode l7 round robin takes strict turns',
  )

  for (const policy of ['random', 'least_request']) {
    t.match(await putLb({ mode: 'l7', policy }), { status: 200, outcome: 'synced' }, policy)
    t.equal((await call(NINE_USERS)).length, 9)
  }

  for (const policy of ['ring_hash', 'maglev']) {
    t.match(await putLb({ mode: 'l7', policy }), { status: 200, outcome: 'synced' }, policy)
    t.equal(new Set(await call(ONE_USER)).size, 1, `${policy}: one user has one backend`)
    t.same(await call(NINE_USERS), await call(NINE_USERS), `${policy}: each user keeps its backend`)
  }

  t.match(await putLb({ mode: 'l4' }), { status: 200, outcome: 'synced', policy: 'maglev' })
  t.equal(new Set(await call(NINE_USERS)).size, 1)
})

t.test("a NACK comes back as 409 with Envoy's text, and the next write fixes it", async (t) => {
  const { putLb, call } = await start(t)
  t.match(await putLb({ mode: 'l7', policy: 'maglev', tableSize: 65_536 }), {
    status: 409,
    outcome: 'nacked',
    detail: /^edge-1 NACKed Cluster: .*prime/s,
  })
  t.match(await putLb({ mode: 'l7', policy: 'maglev', tableSize: 251 }), { status: 200, outcome: 'synced' })
  t.equal(new Set(await call(ONE_USER)).size, 1)
})
