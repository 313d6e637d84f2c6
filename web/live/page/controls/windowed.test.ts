// Which rows are drawn: those in view with some beyond, however long the list is.

import t from 'tap'
import { itemsWithin, windowOf } from './windowed.ts'

t.test('the work of a window does not grow with the list', async (t) => {
  const viewport = { top: 12_000, height: 600 }
  const drawn = [1_000, 100_000].map((count) => {
    const { first, end } = windowOf(count, 30, viewport)
    t.ok(first * 30 <= viewport.top && end * 30 >= viewport.top + viewport.height, 'it covers the viewport')
    return end - first
  })
  t.equal(drawn[0], drawn[1])
  t.ok((drawn[0] ?? 0) <= 600 / 30 + 12)
})

t.test('a window stays within the list', async (t) => {
  t.same(windowOf(0, 30, { top: 0, height: 600 }), { first: 0, end: 0 })
  t.same(windowOf(3, 30, { top: 0, height: 600 }), { first: 0, end: 3 })
  t.same(windowOf(3, 30, { top: 9_000, height: 600 }), { first: 3, end: 3 }, 'the list has become shorter')
  t.same(windowOf(100, 30, { top: 2_700, height: 300 }), { first: 84, end: 100 })
})

t.test('items at positions of their own are found within a margin', async (t) => {
  const items = [0, 10, 20, 20, 35, 90].map((y) => ({ y }))
  const within = (top: number, height: number, margin: number) =>
    itemsWithin(items, { top, height }, margin).map(({ y }) => y)
  t.same(within(20, 15, 0), [20, 20])
  t.same(within(20, 15, 10), [10, 20, 20, 35])
  t.same(within(500, 10, 0), [])
  t.same(within(0, 1_000, 0), [0, 10, 20, 20, 35, 90])
})
