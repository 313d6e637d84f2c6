// Status, health and snapshots over REST.

import t from 'tap'
import { sampleWith } from '../../test/support/sample-config.ts'
import { serveFleet } from '../../test/support/served-fleet.ts'
import { CLUSTER, LISTENER } from '../../xds-server/index.ts'

t.test('the status shows each fleet with its switch, and each node with its types', async (t) => {
  const { admin, connectNode } = await serveFleet(t)
  t.match((await admin.inject('/v1/status')).json(), {
    revision: { revision: 1, author: 'file', status: 'unverified' },
    acceptedRevision: null,
    rejectedRevision: null,
    nacks: [],
    fleets: { edge: { lb: { mode: 'l4', policy: 'round_robin' } } },
    nodes: [],
  })
  await connectNode('node-1')
  t.match((await admin.inject('/v1/status')).json(), {
    nodes: [
      {
        id: 'node-1',
        fleet: 'edge',
        connected: true,
        state: 'SYNCED',
        types: { [CLUSTER]: { state: 'SYNCED' }, [LISTENER]: { state: 'SYNCED' } },
      },
    ],
  })
})

t.test('/healthz answers while the process runs', async (t) => {
  const { admin } = await serveFleet(t)
  const response = await admin.inject('/healthz')
  t.equal(response.statusCode, 200)
  t.same(response.json(), { status: 'ok' })
})

t.test('X7: the status shows which node NACKs what, and where that is in the document', async (t) => {
  const { admin, connectNode, putLb } = await serveFleet(t, sampleWith({ 'fleets.edge.onNack': 'hold' }))
  const node = await connectNode('node-1')
  node.answer = ({ typeUrl }) => (typeUrl === LISTENER ? { nack: 'no such filter' } : 'ack')
  await putLb({ mode: 'l7' }, '?wait=30s')
  t.match((await admin.inject('/v1/status')).json(), {
    revision: { revision: 2, status: 'rejected' },
    acceptedRevision: 1,
    rejectedRevision: { revision: 2, reason: /no such filter/ },
    nacks: [
      { path: 'fleets.edge.listeners.main', message: /^node-1 NACKed Listener "main".*no such filter/ },
    ],
  })
})

t.test('/readyz answers with the revision that is served', async (t) => {
  const { admin } = await serveFleet(t)
  t.same((await admin.inject('/readyz')).json(), { status: 'ready', revision: 1 })
})

t.test('a snapshot is proto JSON, including what is packed inside it', async (t) => {
  const { admin } = await serveFleet(t)
  const snapshot = (await admin.inject('/v1/snapshots/edge')).json()
  t.match(snapshot[CLUSTER], {
    version: /./,
    resources: { echo: { name: 'echo', loadBalancingPolicy: { policies: [{}] } } },
  })
  t.match(snapshot[LISTENER].resources.main.filterChains[0].filters[0].typedConfig, { '@type': /TcpProxy$/ })
  t.equal((await admin.inject('/v1/snapshots/west')).statusCode, 404)
})

t.test('the snapshot of a node that is not connected is not found', async (t) => {
  const { admin } = await serveFleet(t)
  const answer = await admin.inject('/v1/snapshots/edge?node=edge-9')
  t.equal(answer.statusCode, 404)
  t.match(answer.json(), { detail: /no node "edge-9" of fleet "edge" is connected: start it/ })
})

t.test('the status does not read all revisions', async (t) => {
  const { admin, store } = await serveFleet(t)
  store.list = () => Promise.reject(new Error('every revision was read'))
  t.equal((await admin.inject('/v1/status')).statusCode, 200)
  t.equal((await admin.inject('/v1/revisions')).statusCode, 500, 'the twin')
})
