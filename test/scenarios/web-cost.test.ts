// What the cost chapter makes of measurements: bytes against each other, and calls that fail.

import t from 'tap'
import { COST } from '../../experiments/scenarios/grpc-web/cost/chapter.ts'
import { idOf, receivedFigure, SIZES, sentFigure } from '../../experiments/scenarios/grpc-web/cost/runs.ts'
import { SUBJECTS } from '../../experiments/scenarios/grpc-web/cost/subjects.ts'
import { facts } from '../../harness/facts.ts'
import type { Results } from '../../harness/results.ts'
import { encodeLatencies } from '../../testbed/measure/histogram.ts'

/** Bytes by subject, the same both ways. */
function resultsOf(bytes: Readonly<Record<string, number>>, ok = 10): Results {
  const figures = SUBJECTS.flatMap(({ id }) => [
    [sentFigure(id), bytes[id] ?? 100],
    [receivedFigure(id), bytes[id] ?? 100],
  ])
  const histograms = SUBJECTS.map(({ id }) => [id, encodeLatencies([1_000, 2_000])])
  const runs = SIZES.map((size) => ({
    ...{ id: idOf(size), round: 1, labels: {}, begun: '', state: 'measured' as const },
    measured: facts({
      ...{ calls: 10, codes: { OK: ok } },
      ...{ figures: Object.fromEntries(figures), histograms: Object.fromEntries(histograms) },
    }),
  }))
  return { runs } as unknown as Results
}

const EXPECTED = { 'grpc-envoy': 80, envoy: 300, 'envoy-text': 400 }
const outcomesOf = (results: Results) => COST.checks(results).map(({ outcome }) => outcome)

t.test('O3.1: more bytes for headers, and a third more as text', async (t) => {
  t.strictSame(outcomesOf(resultsOf(EXPECTED)), ['holds', 'holds', 'holds'])
  t.strictSame(outcomesOf(resultsOf({ ...EXPECTED, 'grpc-envoy': 290 })), ['fails', 'holds', 'holds'])
  t.strictSame(outcomesOf(resultsOf({ ...EXPECTED, 'envoy-text': 310 })), ['holds', 'fails', 'holds'])
})

t.test('O3.2: a call that fails fails the check, and no call shows nothing', async (t) => {
  t.strictSame(outcomesOf(resultsOf(EXPECTED, 9)), ['holds', 'holds', 'fails'])
  t.strictSame(outcomesOf({ runs: [] } as unknown as Results), [
    'not measured',
    'not measured',
    'not measured',
  ])
})

t.test('O3.1, O3.2: the report has bytes, latencies and a table for each size', async (t) => {
  t.strictSame(
    COST.sections(resultsOf(EXPECTED)).map(({ kind }) => kind),
    SIZES.flatMap(() => ['bars', 'curves', 'table']),
  )
})
