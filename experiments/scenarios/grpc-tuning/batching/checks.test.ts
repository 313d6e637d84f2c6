// The checks of rows: each holds of rows as they must be, and fails of others.

import t from 'tap'
import { facts } from '../../../../harness/facts.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { encodeLatencies } from '../../../../testbed/measure/histogram.ts'
import { BATCHING } from './chapter.ts'
import { leastWaitMs } from './checks.ts'
import { FIGURES } from './measure-rows.ts'

interface MadeRun {
  readonly id: string
  readonly measured: Measured
}

function outcomeOf(runs: readonly MadeRun[], part: string): readonly Check['outcome'][] {
  const results = {
    profile: { name: 'standard' },
    plan: { rounds: 1 },
    runs: runs.map((run) => ({ ...run, labels: {}, round: 1, state: 'measured' })),
  } as unknown as Results
  return BATCHING.checks(results)
    .filter(({ title }) => title.includes(part))
    .map(({ outcome }) => outcome)
}

const run = (id: string, figures: Partial<Record<keyof typeof FIGURES, number>>): MadeRun => ({
  id: `batching.${id}`,
  measured: facts({
    figures: Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [FIGURES[name as keyof typeof FIGURES], value]),
    ),
    histograms: { row: encodeLatencies([1_000]) },
  }),
})

t.test('O7.6: a row that is lost, or acknowledged twice, fails its check', async (t) => {
  const rows = (acknowledged: number) => [run('most.unary', { rows: 100, acknowledged })]
  t.strictSame(outcomeOf(rows(100), 'is acknowledged'), ['holds'])
  t.strictSame(outcomeOf(rows(99), 'is acknowledged'), ['fails'])
  t.strictSame(outcomeOf(rows(101), 'is acknowledged'), ['fails'])
  t.strictSame(outcomeOf([], 'is acknowledged'), ['not measured'])
})

t.test('O7.6: a batch that is split, or a stream of several calls, fails its check', async (t) => {
  const batch = (calls: number) => [run('most.batch-10', { rows: 100, calls })]
  t.strictSame(outcomeOf(batch(10), 'one call for all'), ['holds'])
  t.strictSame(outcomeOf(batch(11), 'one call for all'), ['fails'])
  const stream = (calls: number) => [run('most.bidirectional', { rows: 100, calls })]
  t.strictSame(outcomeOf(stream(1), 'one call for all'), ['holds'])
  t.strictSame(outcomeOf(stream(2), 'one call for all'), ['fails'])
})

t.test('O7.6: a larger batch with as many bytes a row fails its check', async (t) => {
  const pair = (bytes: number) => [
    run('paced.batch-10', { bytes: 130 }),
    run('paced.batch-100', { bytes }),
    run('paced.unary', { bytes: 200 }),
    run('paced.client-stream', { bytes: 128 }),
  ]
  t.strictSame(outcomeOf(pair(120), 'fewer bytes'), ['holds'])
  t.strictSame(outcomeOf(pair(130), 'fewer bytes'), ['fails'])
})

t.test('O7.6: rows that do not wait for their batch, or outrun round trips, fail their check', async (t) => {
  t.equal(leastWaitMs(101), 25, 'a hundred rows come in 50 ms')
  const batch = (mean: number) => [run('paced.batch-100', { mean })]
  t.strictSame(outcomeOf(batch(leastWaitMs(100)), 'half of the batch'), ['holds'])
  t.strictSame(outcomeOf(batch(leastWaitMs(100) - 0.1), 'half of the batch'), ['fails'])
  const far = (perSecond: number) => [run('far.unary', { perSecond })]
  t.strictSame(outcomeOf(far(50), 'a round trip'), ['holds'])
  t.strictSame(outcomeOf(far(51), 'a round trip'), ['fails'])
})
