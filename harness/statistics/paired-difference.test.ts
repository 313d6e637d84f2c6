// Levels by hand and by simulation.

import t from 'tap'
import { pairedDifference } from './paired-difference.ts'

const drift = (count: number) => Array.from({ length: count }, (_, at) => at * 10)

t.test('a difference shows through a drift that both have', async (t) => {
  const a = drift(12)
  const { median, low, high, outcome, p } = pairedDifference(
    a,
    a.map((value, at) => value + 2 + (at % 3) / 10),
  )
  t.equal(outcome, 'more')
  t.ok(low >= 2 && median >= low && high >= median && high < 2.3)
  t.equal(p, 2 / 2 ** 12, 'all of 12 have one sign')
  t.equal(
    pairedDifference(
      a.map((value) => value + 1),
      a,
    ).outcome,
    'less',
  )
})

t.test('the level of the sign test is what counting gives', async (t) => {
  const signs = [1, 1, 1, 1, 1, 1, 1, 1, -1, -1]
  // 2 × (1 + 10 + 45) / 1024
  t.equal(
    pairedDifference(
      signs.map(() => 0),
      signs,
    ).p,
    (2 * 56) / 1024,
  )
  t.equal(pairedDifference([1, 2], [1, 2]).p, 1, 'equal pairs say nothing')
})

t.test('with few pairs, or many comparisons, chance cannot be excluded', async (t) => {
  const of = (count: number, comparisons: number) =>
    pairedDifference(
      drift(count),
      drift(count).map((value) => value + 1),
      { comparisons },
    ).outcome
  t.equal(of(5, 1), 'too few pairs')
  t.equal(of(6, 1), 'more')
  t.equal(of(6, 7), 'too few pairs')
  t.equal(of(9, 7), 'more')
  t.throws(() => pairedDifference([1], []), TypeError)
})

t.test('a configuration differs from itself no more often than the level says', async (t) => {
  const trials = 3_000
  const alpha = 0.05
  const kinds: Readonly<Record<string, () => number>> = {
    uniform: Math.random,
    'with a heavy tail': () => 1 / (1 - Math.random()),
  }
  for (const [name, draw] of Object.entries(kinds)) {
    const sample = () => Array.from({ length: 24 }, draw)
    const results = Array.from({ length: trials }, () => pairedDifference(sample(), sample(), { alpha }))
    const most = trials * alpha + 6 * Math.sqrt(trials * alpha * (1 - alpha))
    const alarms = results.filter(({ outcome }) => outcome !== 'not distinguishable').length
    // Six standard deviations: a test that holds its level fails once in a thousand million runs.
    t.ok(alarms <= most, `${name}: ${alarms} of ${trials} alarms`)
    const outside = results.filter(({ low, high }) => low > 0 || high < 0).length
    t.ok(outside <= most, `${name}: ${outside} of ${trials} intervals without 0`)
  }
})
