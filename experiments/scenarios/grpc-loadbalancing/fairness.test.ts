// How even a spread is: figures, and the bound that random picks keep.

import t from 'tap'
import { fairnessOf, isAtMost, isEven, isLikely } from './fairness.ts'

t.test('O4.1: a spread has its variation, and what backends get by the mean', async (t) => {
  t.match(fairnessOf({ b1: 30, b2: 60, b3: 0 }), { calls: 90, used: 2, least: 0, most: 2 })
  t.equal(fairnessOf({ b1: 30, b2: 30, b3: 30 }).variation, 0)
  t.equal(fairnessOf({ b1: 1, b2: 1 }).noiseFloor, Math.sqrt(1 / 2))
})

t.test('O4.1: even is within six standard deviations of random picks', async (t) => {
  // 900 calls, a third each: 300, with a deviation of the square root of 200.
  t.ok(isEven({ b1: 300 + 84, b2: 300 - 84, b3: 300 }), '5.94 deviations')
  t.notOk(isEven({ b1: 300 + 85, b2: 300 - 85, b3: 300 }), '6.01 deviations')
  t.notOk(isEven({ b1: 900, b2: 0, b3: 0 }), 'pinned')
})

t.test('O4.1: a probable count is within six standard deviations', async (t) => {
  t.ok(isLikely(130, 1000, 0.1))
  t.notOk(isLikely(160, 1000, 0.1))
})

t.test('O4.9: what six standard deviations of chance explain is left open', async (t) => {
  t.ok(isAtMost(0, 1000, 0.1))
  t.ok(isAtMost(100, 1000, 0.1))
  t.equal(isAtMost(156, 1000, 0.1), undefined)
  t.equal(isAtMost(158, 1000, 0.1), false)
})
