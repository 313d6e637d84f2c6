// Where items are drawn: without overlap, near what they lead to, and in time that does not explode.

import t from 'tap'
import { layOut } from './layout.ts'
import { outlineOf } from './outline.ts'
import { COLUMNS, type Column, type Topology, type TopologyItem } from './topology.ts'

const SIZES = { rowHeight: 40, gap: 10 }

function item(column: Column, title: string): TopologyItem {
  return { id: `${column} ${title}`, column, title, detail: '', health: 'healthy' }
}

/** A listener, and a rule for each upstream, each with as many backends. */
function fan(upstreams: number, backends: number): Topology {
  const names = Array.from({ length: upstreams }, (_, index) => `u${index}`)
  const own = Array.from({ length: backends }, (_, index) => index)
  return {
    items: [
      item('listener', 'main'),
      ...names.flatMap((name) => [
        item('rule', name),
        item('upstream', name),
        ...own.map((index) => item('backend', `${name} ${index}`)),
      ]),
    ],
    links: names.flatMap((name) => [
      { from: 'listener main', to: `rule ${name}`, share: 1 },
      { from: `rule ${name}`, to: `upstream ${name}`, share: 1 },
      ...own.map((index) => ({
        from: `upstream ${name}`,
        to: `backend ${name} ${index}`,
        share: 1 / backends,
      })),
    ]),
  }
}

t.test('no two items of a column overlap, and all are within the height', async (t) => {
  const { columns, height } = layOut(fan(50, 3), SIZES)
  for (const column of COLUMNS) {
    const ys = columns[column].map(({ y }) => y)
    for (const [index, y] of ys.entries()) {
      if (index > 0) t.ok(y - (ys[index - 1] ?? 0) >= SIZES.rowHeight, column)
      t.ok(y >= 0 && y + SIZES.rowHeight <= height)
    }
  }
  t.equal(columns.backend.length, 150)
})

t.test('an item stands in the middle of its targets', async (t) => {
  const { columns } = layOut(fan(2, 3), SIZES)
  t.same(
    columns.backend.map(({ y }) => y),
    [0, 40, 80, 130, 170, 210],
  )
  t.same(
    columns.upstream.map(({ y }) => y),
    [40, 170],
  )
  t.same(
    columns.rule.map(({ y }) => y),
    [40, 170],
  )
  t.same(
    columns.listener.map(({ y }) => y),
    [105],
  )
})

t.test('upstreams are in the order in which rules name them', async (t) => {
  const { items, links } = fan(3, 1)
  const turned = { items: [...items].reverse(), links }
  const { columns } = layOut(turned, SIZES)
  t.same(
    columns.upstream.map(({ item }) => item.title),
    columns.rule.map(({ item }) => item.title),
  )
})

t.test('links are sorted by where they lead, for the window', async (t) => {
  const ys = layOut(fan(20, 2), SIZES).links.map(({ y }) => y)
  t.same(
    ys,
    [...ys].sort((one, other) => one - other),
  )
  t.equal(layOut({ items: [], links: [] }, SIZES).height, 0)
})

t.test('the outline has each way once, and marks repeated items', async (t) => {
  const { items, links } = fan(2, 1)
  const both = { items, links: [...links, { from: 'rule u1', to: 'upstream u0', share: 1 }] }
  t.same(
    outlineOf(both).map(
      ({ item, depth, repeated }) => `${' '.repeat(depth)}${item.id}${repeated ? ' again' : ''}`,
    ),
    [
      'listener main',
      ' rule u0',
      '  upstream u0',
      '   backend u0 0',
      ' rule u1',
      '  upstream u1',
      '   backend u1 0',
      '  upstream u0 again',
    ],
  )
})

t.test('an upstream that nothing leads to is in the outline, and a circle ends', async (t) => {
  const [one, other] = [item('upstream', 'one'), item('upstream', 'other')]
  const links = [
    { from: one.id, to: other.id, share: 1 },
    { from: other.id, to: one.id, share: 1 },
  ]
  t.same(
    outlineOf({ items: [one, other], links }).map(({ item, repeated }) => [item.title, repeated === true]),
    [
      ['one', false],
      ['other', false],
      ['one', true],
    ],
  )
})
