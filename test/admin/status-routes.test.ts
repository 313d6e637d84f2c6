// Looking on over REST.

import t from 'tap'
import { CLUSTER, LISTENER } from '../../control-plane/index.ts'
import { serveFleet } from './served-fleet.ts'

t.test('the status shows each fleet with its switch, and each node with its types', async (t) => {
  const { admin, connectNode } = await serveFleet(t)
  t.same((await admin.inject('/v1/status')).json(), {
    fleets: { edge: { lb: { mode: 'l4', policy: 'round_robin' } } },
    nodes: [],
  })
  await connectNode('node-1')
  t.match((await admin.inject('/v1/status')).json(), {
    nodes: [
      {
        id: 'node-1',
        group: 'edge',
        connected: true,
        state: 'SYNCED',
        types: { [CLUSTER]: { state: 'SYNCED' }, [LISTENER]: { state: 'SYNCED' } },
      },
    ],
  })
})

t.test('it is healthy when it answers', async (t) => {
  const { admin } = await serveFleet(t)
  const response = await admin.inject('/healthz')
  t.equal(response.statusCode, 200)
  t.same(response.json(), { status: 'ok' })
})
