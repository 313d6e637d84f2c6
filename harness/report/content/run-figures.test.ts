// The figures of runs: rounds together, and apart.

import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import t from 'tap'
import { madeResults } from '../../../test/support/made-results.ts'
import type { Measured, Results } from '../../results.ts'
import { summarizeRuns } from './run-figures.ts'
import { costsTable, otherTable, processesTable, roundsTable, runsTable } from './run-tables.ts'

function histogram(micros: number, calls: number): string {
  const made = build({ bitBucketSize: 32, autoResize: true, numberOfSignificantValueDigits: 3 })
  made.recordValueWithCount(micros, calls)
  return encodeIntoCompressedBase64(made)
}

function round(micros: number, calls: number, cpuMs: number): Measured {
  return {
    ...{ seconds: 2, calls, bytes: 4_000_000, codes: { OK: calls - 1, UNAVAILABLE: 1 } },
    shares: { b1: calls, b2: 0 },
    histograms: { service: histogram(1, calls), call: histogram(micros, calls) },
    processes: [
      { role: 'server', name: 'b1', cpuMs, peakMiB: 10 },
      { role: 'server', name: 'b2', cpuMs: 0, peakMiB: 5 },
    ],
    figures: { 'connections opened': 1 },
    notes: ['a note'],
  }
}

const made = madeResults({ rounds: 1, calls: 10 })
const results = (rounds: readonly Measured[]): Results => ({
  ...made,
  runs: [
    ...rounds.map((measured, index) => ({
      ...{ id: 'a.b', round: index + 1, labels: {}, begun: '', state: 'measured' as const, measured },
    })),
    { id: 'c', round: 1, labels: {}, begun: '', state: 'failed', why: 'it broke' },
  ],
})

t.test(
  'latencies of a run come from the added histograms, all else is the median of its rounds',
  async (t) => {
    const [run, other] = summarizeRuns(
      results([round(100, 1000, 200), round(100, 1000, 400), round(5000, 10, 4000)]),
    )
    t.match(run?.figures, {
      calls: 2010,
      failed: 3,
      callsPerSecond: 500,
      megabytesPerSecond: 2,
      cpu: { server: 20 },
      peakMiB: { server: 15 },
      variation: 1,
    })
    t.equal(run?.figures?.latencies?.at(50), 100, 'from when a call was due')
    t.ok((run?.figures?.latencies?.max ?? 0) >= 4990)
    t.match(other, { id: 'c', measured: [], figures: undefined })
  },
)

t.test('the tables have what there is, and leave out columns that nothing is in', async (t) => {
  const some = results([round(100, 1000, 200), round(100, 1000, 400)])
  const runs = summarizeRuns(some)
  t.match(runsTable(runs).rows, [['a.b', 2, 2000, 2]])
  t.notOk(runsTable(runs).columns.some(({ title }) => title === 'messages/s'))
  t.equal(roundsTable(runs).rows.length, 2)
  t.strictSame(costsTable(runs).rows, [['a.b', 2, 15, 15]])
  t.strictSame(processesTable(some).rows[0], ['a.b', 1, 'server', 'b1', 200, 10, 10])
  t.match(otherTable(some).rows.slice(0, 3), [
    ['a.b', 1, 'connections opened', 1],
    ['a.b', 1, 'calls with UNAVAILABLE', 1],
    ['a.b', 1, 'note', undefined, 'a note'],
  ])
})

t.test('a histogram that cannot be read is named by run and round', async (t) => {
  const broken = { ...round(1, 10, 1), histograms: { call: 'AAAA' } }
  t.throws(() => summarizeRuns(results([broken])), { message: /^run "a.b", round 1, histogram 1:/ })
})
