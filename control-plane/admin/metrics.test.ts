// The metrics: what they count, and that clients cannot create series.

import t from 'tap'
import { serveFleet } from '../../test/support/served-fleet.ts'
import { LISTENER } from '../../xds-server/index.ts'

t.test('streams, nodes, ACKs, NACKs, pushes, revisions and REST calls are counted', async (t) => {
  const { admin, connectNode, putLb } = await serveFleet(t)
  const node = await connectNode('node-1')
  await putLb({ mode: 'l4', policy: 'random' }, '?wait=30s')
  node.answer = ({ typeUrl }) => (typeUrl === LISTENER ? { nack: 'no' } : 'ack')
  await putLb({ mode: 'l7' }, '?wait=30s')
  const { headers, body } = await admin.inject('/metrics')
  t.match(headers['content-type'], /^text\/plain/)
  for (const line of [
    /^switchyard_xds_streams 1$/m,
    /^switchyard_nodes\{fleet="edge",state="DISCONNECTED"\} 0$/m,
    /^switchyard_xds_pushes_total\{fleet="edge",type="Cluster"\} [1-9]/m,
    /^switchyard_xds_acks_total\{fleet="edge",type="Cluster"\} [1-9]/m,
    /^switchyard_xds_nacks_total\{fleet="edge",type="Listener"\} 1$/m,
    /^switchyard_revision 4$/m,
    /^switchyard_revision_accepted 4$/m,
    /^switchyard_rest_request_duration_seconds_count\{method="PUT",route="\/v1\/fleets\/:fleet\/lb",status="409"\} 1$/m,
  ]) {
    t.match(body, line)
  }
})

t.test('a fleet that is not in the document counts as other', async (t) => {
  const { admin, cache, connectNode } = await serveFleet(t)
  cache.setSnapshot('made-up', [])
  await connectNode('node-1', 'made-up')
  const { body } = await admin.inject('/metrics')
  t.notMatch(body, /made-up/)
  t.match(body, /^switchyard_nodes\{fleet="other",state="SYNCED"\} 1$/m)
})
