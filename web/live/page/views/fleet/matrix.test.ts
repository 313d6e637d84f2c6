// The sync matrix: its order, its filters, and what it counts.

import t from 'tap'
import { NODE_STATES } from '../../../../../api/node-state.ts'
import { countStates, type MatrixNode, matrixOf, STATES_BY_URGENCY, versionsOf } from './matrix.ts'
import { CLUSTER, LISTENER } from './resource-types.ts'

function node(id: string, state: MatrixNode['state'], more: Partial<MatrixNode> = {}): MatrixNode {
  return { id, fleet: 'edge', connected: state !== 'DISCONNECTED', state, types: {}, ...more }
}

const NODES = [
  node('edge-10', 'SYNCED', { types: { [LISTENER]: { state: 'SYNCED', ackedVersion: 'b' } } }),
  node('edge-2', 'SYNCED', { types: { [CLUSTER]: { state: 'SYNCED', ackedVersion: 'a' } } }),
  node('edge-3', 'NACKED'),
  node('edge-1', 'DISCONNECTED'),
  node('shop-1', 'STALE', { fleet: 'shop', client: { name: 'gRPC Go' } }),
]
const ids = (filter?: Parameters<typeof matrixOf>[1]) => matrixOf(NODES, filter).rows.map(({ id }) => id)

t.test('every state is in the legend, and only nodes that need a person move up', async (t) => {
  t.same([...STATES_BY_URGENCY].sort(), [...NODE_STATES].sort())
  t.same(ids(), ['edge-3', 'edge-10', 'edge-2', 'edge-1', 'shop-1'])
})

t.test('a fleet, a state and a text choose rows; the counts are those of the fleet', async (t) => {
  t.same(ids({ fleet: 'shop' }), ['shop-1'])
  t.same(ids({ state: 'NACKED' }), ['edge-3'])
  t.same(ids({ text: ' GRPC ' }), ['shop-1'], 'the name of the client counts, case does not')
  t.same(ids({ text: 'nobody' }), [])
  const { counts, total } = matrixOf(NODES, { fleet: 'edge', state: 'NACKED', text: 'x' })
  t.equal(total, 4)
  t.match(counts, { SYNCED: 2, NACKED: 1, DISCONNECTED: 1, STALE: 0 })
  t.match(countStates(NODES), { STALE: 1 })
})

t.test('the columns are the types of all nodes of the fleet, in push order', async (t) => {
  t.same(matrixOf(NODES, { fleet: 'edge' }).columns, [CLUSTER, LISTENER])
  t.same(matrixOf(NODES, { fleet: 'shop' }).columns, [])
})

t.test('versions are counted over connected nodes, the most frequent first', async (t) => {
  const at = (id: string, ackedVersion: string, connected = true) =>
    node(id, 'SYNCED', { connected, types: { [CLUSTER]: { state: 'SYNCED', ackedVersion } } })
  const nodes = [at('1', 'old'), at('2', 'new'), at('3', 'new'), at('4', 'gone', false), node('5', 'STALE')]
  t.same(
    [...versionsOf(nodes, CLUSTER)],
    [
      ['new', 2],
      ['old', 1],
    ],
  )
  t.equal(versionsOf(nodes, LISTENER).size, 0)
})
