// The part of a topology that has to do with a text or an item.

import t from 'tap'
import { connectedTo, narrowTo } from './narrow.ts'
import type { Column, Topology } from './topology.ts'

const item = (column: Column, title: string, detail = '') => ({
  id: title,
  column,
  title,
  detail,
  health: 'healthy' as const,
})
const link = (from: string, to: string) => ({ from, to, share: 1 })

const TOPOLOGY: Topology = {
  items: [
    item('listener', 'main'),
    item('listener', 'other'),
    item('rule', 'cart'),
    item('rule', 'pay'),
    item('upstream', 'carts'),
    item('upstream', 'payments'),
    item('backend', 'b1', '127.0.0.1:7101'),
  ],
  links: [
    link('main', 'cart'),
    link('main', 'pay'),
    link('cart', 'carts'),
    link('pay', 'payments'),
    link('carts', 'b1'),
    link('b1', 'b1'),
  ],
}
const narrowed = (text: string) => narrowTo(TOPOLOGY, text).items.map(({ id }) => id)

t.test('the way to what is found and from there stays, the rest goes', async (t) => {
  t.same(narrowed('CARTS'), ['main', 'cart', 'carts', 'b1'])
  t.same(narrowed('7101'), ['main', 'cart', 'carts', 'b1'], 'details count')
  t.same(narrowed('payments'), ['main', 'pay', 'payments'])
  t.same(narrowed('nothing'), [])
  t.same(
    narrowTo(TOPOLOGY, 'payments').links.map(({ from, to }) => `${from} ${to}`),
    ['main pay', 'pay payments'],
  )
})

t.test('an empty text keeps everything', async (t) => {
  t.equal(narrowTo(TOPOLOGY, '  '), TOPOLOGY)
})

t.test('a circle ends', async (t) => {
  t.same([...connectedTo(['b1'], TOPOLOGY.links)].sort(), ['b1', 'cart', 'carts', 'main'])
})
