// Rounds of a run as one.

import t from 'tap'
import { encodeHistogram, newHistogram, record } from '../../testbed/measure/histogram.ts'
import type { Measured, RunResult } from '../results.ts'
import { quantileOver, roundsOf, sharesOver, spreadOf, throughputOver } from './rounds.ts'

function measured(milliseconds: readonly number[], shares: Record<string, number> = {}): Measured {
  const histogram = newHistogram()
  for (const value of milliseconds) record(histogram, value)
  return {
    seconds: 2,
    calls: milliseconds.length,
    codes: { OK: milliseconds.length },
    shares,
    histograms: { service: encodeHistogram(histogram) },
    processes: [],
    figures: {},
  }
}

const run = (id: string, round: number, result?: Measured): RunResult => ({
  ...{ id, round, labels: {}, begun: '2026-11-29T04:00:00Z' },
  ...(result ? { state: 'measured', measured: result } : { state: 'failed', why: 'it broke' }),
})

t.test('the rounds of a run are those that were measured, in their order', async (t) => {
  const [one, two] = [measured([1]), measured([2])]
  const runs = [run('l7', 2, two), run('l4', 1, measured([9])), run('l7', 3), run('l7', 1, one)]
  t.same(roundsOf({ runs }, 'l7'), [one, two])
})

t.test('a quantile of all rounds is that of all calls, not an average of the rounds', async (t) => {
  // 98 fast calls in one round, and two slow ones in the other.
  const rounds = [measured(Array.from({ length: 98 }, () => 1)), measured([100, 100])]
  const { merged, values, median } = quantileOver(rounds, 'service', 0.9)
  t.equal(merged, 1)
  t.equal(values[0], 1)
  t.ok(Math.abs((values[1] ?? 0) - 100) < 0.1, 'three digits')
  t.ok(Math.abs(median - 50.5) < 0.1)
  t.equal(quantileOver([{ ...measured([]), histograms: {} }], 'service', 0.5).values.length, 0)
})

t.test('throughput and shares are over all rounds', async (t) => {
  const rounds = [measured([1, 1], { b1: 2, b2: 0 }), measured([1, 1, 1, 1], { b1: 1, b2: 3 })]
  t.match(throughputOver(rounds), { values: [1, 2], median: 1.5 })
  t.same(sharesOver(rounds), { b1: 3, b2: 3 })
})

t.test('a value is noisy if its rounds vary by more than a tenth', async (t) => {
  t.equal(spreadOf([100, 101, 99]).isNoisy, false)
  t.match(spreadOf([100, 150, 50]), { isNoisy: true, median: 100, low: 50, high: 150, variation: 0.5 })
  t.equal(spreadOf([5]).isNoisy, false, 'one round says nothing')
})
