// Exact levels: from tables, from counting by hand, and by simulation.

import t from 'tap'
import { fc } from '../../test/support/fast-check.ts'
import { mannWhitney, smallestP } from './mann-whitney.ts'

const near = (a: number, b: number) => Math.abs(a - b) < 1e-9

t.test('values that are apart completely have the smallest p of their numbers', async (t) => {
  // 2 of the choices of half of all values: 2/20, 2/70, 2/252.
  for (const [count, p] of [
    [3, 0.1],
    [4, 1 / 35],
    [5, 1 / 126],
  ] as const) {
    const low = Array.from({ length: count }, (_, at) => at)
    const high = low.map((value) => value + 100)
    t.ok(near(mannWhitney(low, high).p, p))
    t.ok(near(mannWhitney(high, low).p, p), 'in both directions')
    t.ok(near(smallestP(count, count), p))
    t.same([mannWhitney(low, high).u, mannWhitney(high, low).u], [0, count * count])
  }
})

t.test('the example of Hollander and Wolfe has the level that R gives', async (t) => {
  // wilcox.test(x, y, alternative = "greater"): W = 35, p-value = 0.1272. Without ties, two-sided is twice that.
  const x = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
  const y = [1.15, 0.88, 0.9, 0.74, 1.21]
  const { u, p } = mannWhitney(x, y)
  t.equal(u, 35)
  t.equal(p.toFixed(4), '0.2544')
})

t.test('the level is what counting all choices gives, with ties too', async (t) => {
  const values = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(values, values, (a, b) => near(mannWhitney(a, b).p, countedP(a, b))),
    { numRuns: 300 },
  )
  t.pass()
})

t.test('the same values on both sides cannot be told apart', async (t) => {
  t.same(mannWhitney([1, 1, 1, 1], [1, 1, 1, 1]), { u: 8, p: 1 })
  t.equal(mannWhitney([], [1]).p, 1)
})

t.test('values of one distribution are called different no more often than the level says', async (t) => {
  const trials = 4_000
  const alpha = 0.05
  const kinds: Readonly<Record<string, () => number>> = {
    uniform: Math.random,
    'with a heavy tail': () => 1 / (1 - Math.random()),
    'with many ties': () => Math.floor(Math.random() * 4),
  }
  for (const [name, draw] of Object.entries(kinds)) {
    const sample = () => Array.from({ length: 5 }, draw)
    const alarms = Array.from({ length: trials }, () => mannWhitney(sample(), sample()).p).filter(
      (p) => p <= alpha,
    )
    // At most alpha of them, and six standard deviations: a test that holds its level fails once in a thousand million runs.
    const most = trials * alpha + 6 * Math.sqrt(trials * alpha * (1 - alpha))
    t.ok(alarms.length <= most, `${name}: ${alarms.length} of ${trials}`)
  }
})

/** The same by its definition: the choices of as many as `a` has whose sum of ranks is as far from the middle, or farther. */
function countedP(a: readonly number[], b: readonly number[]): number {
  const all = [...a, ...b]
  const ranks = all.map(
    (value) =>
      all.filter((other) => other < value).length + (all.filter((other) => other === value).length + 1) / 2,
  )
  const sums = choose(ranks, a.length).map((chosen) => chosen.reduce((sum, rank) => sum + rank, 0))
  const middle = (a.length * (all.length + 1)) / 2
  const observed = ranks.slice(0, a.length).reduce((sum, rank) => sum + rank, 0)
  return (
    sums.filter((sum) => Math.abs(sum - middle) >= Math.abs(observed - middle) - 1e-9).length / sums.length
  )
}

function choose(values: readonly number[], size: number): readonly (readonly number[])[] {
  if (size === 0) return [[]]
  const [first, ...rest] = values
  if (first === undefined) return []
  return [...choose(rest, size - 1).map((chosen) => [first, ...chosen]), ...choose(rest, size)]
}
