// The order of nodes by name, and that it is kept.

import t from 'tap'
import type { MatrixNode } from './matrix.ts'
import { createNodeOrder } from './node-order.ts'

const mapOf = (...ids: string[]): ReadonlyMap<string, MatrixNode> =>
  new Map(ids.map((id) => [id, { id, fleet: 'edge', connected: true, state: 'SYNCED', types: {} }]))

t.test('numbers in names count as numbers, and fleets come first', async (t) => {
  const order = createNodeOrder()
  const nodes = new Map([...mapOf('edge-10', 'edge-2')])
  nodes.set('shop', { id: 'a', fleet: 'shop', connected: true, state: 'SYNCED', types: {} })
  t.same(
    order(nodes).map(({ id }) => id),
    ['edge-2', 'edge-10', 'a'],
  )
})

t.test('a node that comes or goes changes the order, new facts of a node do not', async (t) => {
  const order = createNodeOrder()
  order(mapOf('b', 'c'))
  t.same(
    order(mapOf('c', 'b')).map(({ id }) => id),
    ['b', 'c'],
  )
  t.same(
    order(mapOf('c', 'b', 'a')).map(({ id }) => id),
    ['a', 'b', 'c'],
  )
  t.same(
    order(mapOf('c', 'a')).map(({ id }) => id),
    ['a', 'c'],
  )
  t.same(
    order(mapOf('c', 'd')).map(({ id }) => id),
    ['c', 'd'],
    'one left and another came',
  )
  const changed = new Map(
    [...mapOf('c', 'd')].map(([key, node]) => [key, { ...node, state: 'STALE' as const }]),
  )
  t.same(
    order(changed).map(({ state }) => state),
    ['STALE', 'STALE'],
  )
})
