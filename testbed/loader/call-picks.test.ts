// The order of mixed calls.

import t from 'tap'
import { callPicks } from './call-picks.ts'
import { prepareCalls } from './prepared-call.ts'

const MIXED = prepareCalls({
  calls: {
    kind: 'mixed',
    of: [
      { weight: 9, name: 'cheap', shape: { kind: 'unary' } },
      { weight: 1, name: 'costly', shape: { kind: 'unary', delayMs: 50 } },
    ],
  },
})

function namesOf(seed: number, count: number): readonly (string | undefined)[] {
  const pick = callPicks(MIXED, seed)
  return Array.from({ length: count }, () => pick().name)
}

t.test('O4.1: mixed calls come by their weights', async (t) => {
  const count = 10_000
  const costly = namesOf(1, count).filter((name) => name === 'costly').length
  // Six standard deviations of a binomial count: sqrt(10,000 * 0.1 * 0.9) = 30.
  t.ok(Math.abs(costly - count / 10) < 6 * 30, `${costly} of ${count}`)
})

t.test('a seed repeats the order, and another one gives another order', async (t) => {
  t.same(namesOf(7, 200), namesOf(7, 200))
  t.notSame(namesOf(7, 200), namesOf(8, 200))
})

t.test('a load without shapes is an error', async (t) => {
  t.throws(() => callPicks([], 1), /at least one shape/)
})
