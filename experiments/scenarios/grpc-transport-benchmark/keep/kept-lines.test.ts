// What is kept of a run for git.

import t from 'tap'
import { facts } from '../../../../harness/facts.ts'
import { PROFILE } from '../../../../harness/profile.ts'
import type { Results, RunResult } from '../../../../harness/results.ts'
import { encodeLatencies } from '../../../../testbed/measure/histogram.ts'
import { keptLines } from './kept-lines.ts'

const run = (id: string, round: number, more: Partial<RunResult>): RunResult => ({
  ...{ id, round, labels: { transport: id }, begun: '2026-11-29T04:00:00Z', state: 'measured' },
  ...more,
})
const measured = facts({
  ...{ seconds: 1, calls: 200, codes: { OK: 200 }, figures: { 'a figure': 1 / 3 } },
  histograms: {
    service: encodeLatencies(Array.from({ length: 200 }, (_, at) => at + 1)),
    none: encodeLatencies([]),
  },
})
const RESULTS: Results = {
  ...{ format: 1, scenario: 'grpc-transport-benchmark', title: 'a', question: 'b', command: 'c' },
  ...{ begun: '2026-11-29T04:00:00Z', profile: PROFILE.quick, environment: { kernel: 'Linux' } },
  plan: { runs: ['uds', 'veth', 'not-begun'], rounds: 2 },
  runs: [
    run('veth', 1, { state: 'skipped', why: 'run it as root' }),
    run('uds', 2, { measured: { ...measured, calls: 7 } }),
    run('uds', 1, { measured }),
  ],
  checks: [{ row: 'O8.8', title: 'all is well', outcome: 'fails', detail: '' }],
}

t.test('O8.26: a line has how it was measured, and each run has one with all its rounds', async (t) => {
  const [head, uds, veth, ...rest] = keptLines(RESULTS).map((line) => JSON.parse(line))
  t.match(head, { scenario: RESULTS.scenario, environment: { kernel: 'Linux' }, rounds: 2 })
  t.match(head['checks that do not hold'], [{ row: 'O8.8', outcome: 'fails' }])
  t.match(uds, { id: 'uds', labels: { transport: 'uds' }, calls: [200, 7], seconds: [1, 1] })
  t.match(veth, { missing: [{ state: 'skipped', why: 'run it as root' }] })
  t.notOk('calls' in veth)
  t.strictSame(rest, [], 'a run without results has no line')
})

t.test('O8.26: percentiles and figures are kept, histograms are not', async (t) => {
  const uds = JSON.parse(keptLines(RESULTS)[1] ?? '')
  t.strictSame(uds['latency (ms)'], {
    service: { timed: [200, 200], p50: [0.1, 0.1], p95: [0.19, 0.19], p99: [0.198, 0.198] },
  })
  t.strictSame(uds.figures, { 'a figure': [0.33333, 0.33333] })
  t.notMatch(keptLines(RESULTS).join('\n'), measured.histograms.service)
})
