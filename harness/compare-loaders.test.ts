// Agreement of our load generator with ghz.

import t from 'tap'
import { Check } from 'typebox/value'
import { ProcessGroup } from '../processes/process-group.ts'
import { requireTool } from '../test/support/requirements.ts'
import { testFolder } from '../test/support/test-folder.ts'
import { startBackend } from '../testbed/backend.ts'
import { startLoader } from '../testbed/loader/start-loader.ts'
import { encodeHistogram, newHistogram, record } from '../testbed/measure/histogram.ts'
import { checkAgreement, compareLoaders } from './compare-loaders.ts'
import { PROFILE } from './profile.ts'
import { type Measured, MeasuredSchema, type Results } from './results.ts'
import type { RunContext } from './scenario.ts'

/** A round with 98 calls of one duration and two of another. */
function round(p50: number, p99: number): Measured {
  const histogram = newHistogram()
  for (let call = 0; call < 98; call += 1) record(histogram, p50)
  for (let call = 0; call < 2; call += 1) record(histogram, p99)
  return {
    seconds: 1,
    calls: 100,
    codes: { OK: 100 },
    histograms: { service: encodeHistogram(histogram) },
    processes: [],
    figures: {},
  }
}

const STEADY = [round(20, 30), round(20, 30), round(20, 30)]

t.test('O4.9: rounds that are within the bounds agree', async (t) => {
  const close = [round(20.3, 32), round(20.3, 32), round(20.3, 32)]
  const { outcome, detail } = checkAgreement(close, STEADY)
  t.equal(outcome, 'holds')
  t.match(detail, /p50: 20\.3\d? ms and 20\.0\d? ms with ghz \(1\.\d %\); p99: 32/)
})

t.test('steady rounds beyond a bound do not agree', async (t) => {
  const slower = [round(20.6, 30), round(20.6, 30), round(20.6, 30)]
  t.equal(checkAgreement(slower, STEADY).outcome, 'fails')
  const tail = [round(20, 34), round(20, 34), round(20, 34)]
  t.equal(checkAgreement(tail, STEADY).outcome, 'fails')
})

t.test(
  'where a tool differs from itself as much, nothing is decided, and so with too few rounds',
  async (t) => {
    const noisy = [round(20, 30), round(22, 50), round(24, 90)]
    const { outcome, detail } = checkAgreement(noisy, STEADY)
    t.equal(outcome, 'not measured')
    t.match(detail, /in 3 rounds that differ by up to 18 % themselves/)
    t.equal(checkAgreement([round(30, 30)], [round(20, 30)]).outcome, 'not measured')
    t.equal(checkAgreement(STEADY, []).outcome, 'not measured')
  },
)

t.test('O4.9: both load generators run on one target, and their runs are compared', async (t) => {
  if (!requireTool(t, 'go')) return
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const folder = testFolder(t)
  const backend = await startBackend(group, folder, { id: 'b1', listen: '127.0.0.1:0' })
  const loader = await startLoader(group)
  const { runs, check } = compareLoaders({
    open: async () => ({
      loader,
      target: backend.address,
      processes: [{ role: 'server', name: 'b1', pid: backend.pid ?? Number.NaN }],
    }),
  })
  const context: RunContext = {
    ...{ profile: { ...PROFILE.quick, windowSeconds: 0.5 }, round: 1, group, folder },
    signal: new AbortController().signal,
    shared: (_key, start) => start({ group, folder }),
    keep: async (name) => name,
  }
  const measured = []
  for (const run of runs)
    measured.push({ id: run.id, round: 1, labels: run.labels, result: await run.measure(context) })
  for (const { id, result } of measured) {
    t.ok(Check(MeasuredSchema, result), id)
    t.same(result.codes, { OK: result.calls })
    t.same(
      result.processes.map(({ role }) => role),
      ['client', 'server'],
    )
  }
  const results = {
    runs: measured.map(({ result, ...run }) => ({ ...run, begun: '', state: 'measured', measured: result })),
  } as unknown as Pick<Results, 'runs'>
  t.match(check(results), { row: 'O4.9', detail: /p50: .* ms and .* ms with ghz/ })
})
