// Delta debugging on lists of numbers.

import t from 'tap'
import { minimize } from './minimize.ts'

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at)

t.test('only the items that are needed to fail are left, in their order', async (t) => {
  for (const needed of [[7], [0, 99], [3, 4, 50, 51, 98], []]) {
    const fails = async (items: readonly number[]) => needed.every((one) => items.includes(one))
    t.strictSame(await minimize(upTo(100), fails), needed)
  }
})

t.test('no single item can be left out of the result, even if items depend on each other', async (t) => {
  // Fails with 42 and an odd number of other items.
  const fails = async (items: readonly number[]) => items.includes(42) && items.length % 2 === 0
  const minimal = await minimize(upTo(100), fails)
  t.ok(await fails(minimal))
  for (const [at] of minimal.entries()) t.notOk(await fails(minimal.toSpliced(at, 1)))
})

t.test('it takes far fewer runs than there are items, if few are needed', async (t) => {
  let runs = 0
  const fails = async (items: readonly number[]) => {
    runs += 1
    return items.includes(700)
  }
  t.strictSame(await minimize(upTo(1_000), fails), [700])
  t.ok(runs < 60, `${runs} runs`)
})

t.test('an item is replaced by a simpler one that fails too, and is then tried without others', async (t) => {
  // A 5 needs a 1 beside it. A 4 fails alone.
  const fails = async (items: readonly number[]) =>
    items.includes(4) || (items.includes(5) && items.includes(1))
  const simpler = (item: number) => (item === 5 ? [3, 4] : [])
  t.strictSame(await minimize([1, 2, 5], fails, simpler), [4])
  t.strictSame(await minimize([1, 2, 5], fails), [1, 5])
})
