// The load-balancing switch over REST: what the answer is, and when it comes.

import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { serveFleet } from '../../test/support/served-fleet.ts'
import { CLUSTER, LISTENER, type Snapshot, SnapshotCache } from '../../xds-server/index.ts'
import { translateFleet } from '../translate/translate.ts'

t.test('GET returns the setting with defaults, and PUT accepts it back', async (t) => {
  const { admin, putLb } = await serveFleet(t)
  const get = async () => (await admin.inject('/v1/fleets/edge/lb')).json()
  const common = { slowStart: { enabled: false }, panicThreshold: 0, updateMergeWindow: '0s' }
  t.match(await get(), { mode: 'l4', policy: 'round_robin', ...common })

  await putLb({ mode: 'l7', policy: 'least_request' })
  t.match(await get(), { mode: 'l7', policy: 'least_request', choices: 2, ...common })

  await putLb({ mode: 'l4' })
  t.match(
    await get(),
    { mode: 'l4', policy: 'least_request', choices: 2, ...common },
    'an omitted policy stays',
  )

  t.equal((await putLb(await get())).statusCode, 202)
})

t.test('with ?wait= it answers 200 synced once every node has ACKed', async (t) => {
  const { cache, connectNode, putLb } = await serveFleet(t)
  await connectNode('node-1')
  await connectNode('node-2')
  const response = await putLb({ mode: 'l7', policy: 'random' }, '?wait=30s')
  t.equal(response.statusCode, 200)
  t.match(response.json(), {
    outcome: 'synced',
    elapsedMs: Number,
    mode: 'l7',
    policy: 'random',
    nodes: [
      { id: 'node-1', state: 'SYNCED' },
      { id: 'node-2', state: 'SYNCED' },
    ],
  })
  const version = cache.getSnapshot('edge')?.types.get(CLUSTER)?.version
  for (const { types } of response.json().nodes) t.match(types[CLUSTER], { ackedVersion: version })
})

t.test("with ?wait= it answers 409 nacked with the node's error text", async (t) => {
  const { connectNode, putLb } = await serveFleet(t)
  await connectNode('node-1')
  const second = await connectNode('node-2')
  second.answer = ({ typeUrl }) => (typeUrl === LISTENER ? { nack: 'no such filter\n' } : 'ack')
  const response = await putLb({ mode: 'l7' }, '?wait=30s')
  t.equal(response.statusCode, 409)
  t.match(response.headers['content-type'], /^application\/problem\+json/)
  t.match(response.json(), {
    type: 'urn:switchyard:error:nacked',
    title: 'Nacked',
    status: 409,
    detail: /^node-2 NACKed Listener: no such filter; changed since revision 1: fleets\.edge\.lb\.mode$/,
    revision: 2,
    revisionStatus: 'rolled_back',
    outcome: 'nacked',
    elapsedMs: Number,
    mode: 'l4',
    policy: 'round_robin',
  })
})

t.test(
  'with ?wait= it answers 504 pending with the nodes and types that are late, when the wait ends',
  async (t) => {
    const { connectNode, putLb } = await serveFleet(t)
    const node = await connectNode('node-1')
    node.answer = ({ typeUrl }) => (typeUrl === LISTENER ? 'silence' : 'ack')
    const response = await putLb({ mode: 'l7' }, '?wait=50ms')
    t.equal(response.statusCode, 504)
    t.match(response.json(), {
      type: 'urn:switchyard:error:pending',
      status: 504,
      detail: /^no answer within \d+ ms from node-1 \(.*Listener STALE.*\); the revision stays in force$/,
      outcome: 'pending',
      mode: 'l7',
      nodes: [{ id: 'node-1' }],
    })
    t.ok(response.json().elapsedMs >= 49)
  },
)

t.test('with ?wait= it answers 202 unverified at once if no node is connected', async (t) => {
  const { putLb } = await serveFleet(t)
  const response = await putLb({ mode: 'l7' }, '?wait=5m')
  t.equal(response.statusCode, 202)
  t.match(response.json(), { outcome: 'unverified', mode: 'l7', nodes: [] })
})

t.test('without ?wait= it answers 202 with the outcome so far', async (t) => {
  const { connectNode, putLb } = await serveFleet(t)
  t.match((await putLb({ mode: 'l7' })).json(), { outcome: 'unverified' })
  const node = await connectNode('node-1')
  node.answer = () => 'silence'
  const response = await putLb({ mode: 'l4' })
  t.equal(response.statusCode, 202)
  t.match(response.json(), { outcome: 'pending', mode: 'l4', nodes: [{ id: 'node-1' }] })
})

t.test('a PUT that changes nothing keeps the served snapshot, and is synced', async (t) => {
  const { cache, connectNode, putLb } = await serveFleet(t)
  await connectNode('node-1')
  const before = cache.getSnapshot('edge')
  const response = await putLb({ mode: 'l4', policy: 'round_robin' }, '?wait=30s')
  t.equal(response.statusCode, 200)
  t.equal(cache.getSnapshot('edge'), before)
})

t.test('concurrent writes are atomic, and the last one is served', async (t) => {
  const { cache, state, putLb } = await serveFleet(t)
  const wanted = [
    { mode: 'l7', policy: 'least_request', choices: 7 },
    { mode: 'l4', policy: 'random' },
    { mode: 'l7', policy: 'ring_hash', hashOn: { header: 'x-tenant' } },
  ]
  const responses = await Promise.all(wanted.map((body) => putLb(body, '?wait=1s')))
  t.same(
    responses.map(({ statusCode }) => statusCode),
    [202, 202, 202],
  )
  const inForce = state.config.fleets.edge?.lb
  t.equal(wanted.filter((body) => isDeepStrictEqual(body, inForce)).length, 1)
  const expected = new SnapshotCache().setSnapshot('edge', translateFleet(state.config, 'edge'))
  const versionsOf = ({ types }: Snapshot) => [...types.values()].map(({ version }) => version).sort()
  const served = cache.getSnapshot('edge')
  t.same(served && versionsOf(served), versionsOf(expected))
})
