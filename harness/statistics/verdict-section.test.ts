// A table of verdicts.

import t from 'tap'
import { encodeLatencies } from '../../testbed/measure/histogram.ts'
import type { RunResult } from '../results.ts'
import { LATENCIES, THROUGHPUT, verdictSection } from './verdict-section.ts'

/** Rounds with a call each, of that many milliseconds. */
function rounds(id: string, milliseconds: readonly number[]): RunResult[] {
  return milliseconds.map((took, at) => ({
    ...{ id, round: at + 1, labels: {}, begun: '2026-11-29T04:00:00Z', state: 'measured' },
    measured: {
      seconds: 1,
      calls: 1_000 / took,
      codes: {},
      histograms: { call: encodeLatencies([took * 1_000]) },
      processes: [],
      figures: {},
    },
  }))
}

const RUNS = [
  ...rounds('l4', [1, 1.01, 1.02, 0.99]),
  ...rounds('l7', [2, 2.01, 2.02, 1.99]),
  ...rounds('short', [5]),
  ...rounds('empty', []),
]

t.test('a pair has a row for each measure, with medians, ratio and verdict', async (t) => {
  const { rows, says } = verdictSection(
    { runs: RUNS },
    {
      title: 'L4 or L7',
      says: 'A hop at L7 takes longer.',
      pairs: [{ label: 'L4, L7', a: 'l4', b: 'l7' }],
      measures: [...LATENCIES, THROUGHPUT],
    },
  )
  t.match(rows, [
    ['L4, L7', 'p50 (ms)', Number, Number, Number, 'different (p = 0.029): 2.00 times as high'],
    ['L4, L7', 'p99 (ms)', Number, Number, Number, 'different (p = 0.029): 2.00 times as high'],
    ['L4, L7', 'calls/s', Number, Number, Number, 'different (p = 0.029): 0.50 times as high'],
  ])
  t.match(
    says,
    /^A hop at L7 takes longer\. A and B are medians .* of 100 pairs of equals, it calls about 5 different/,
  )
})

t.test('a run with one round is compared and cannot be told apart; one without is left out', async (t) => {
  const { rows } = verdictSection(
    { runs: RUNS },
    {
      title: '',
      pairs: [
        { label: 'few', a: 'l4', b: 'short' },
        { label: 'none', a: 'l4', b: 'empty' },
        { label: 'no such run', a: 'l4', b: 'nothing' },
      ],
    },
  )
  t.match(rows, [
    ['few', 'p50 (ms)', Number, Number, Number, 'too few rounds'],
    ['few', 'p99 (ms)', Number, Number, Number, 'too few rounds'],
  ])
})
