// The quick profile of the security scenario, and what its checks say about unexpected measurements.

import t from 'tap'
import { METHODS } from '../../experiments/scenarios/grpc-security/callers.ts'
import { checksOf } from '../../experiments/scenarios/grpc-security/checks.ts'
import {
  ackedMsOf,
  attackFigure,
  attacksOf,
  callerFigure,
  SHADOW_DENIED,
} from '../../experiments/scenarios/grpc-security/figures.ts'
import { sectionsOf } from '../../experiments/scenarios/grpc-security/sections.ts'
import { STEPS } from '../../experiments/scenarios/grpc-security/steps.ts'
import type { Measured, Results } from '../../harness/results.ts'
import { encodeLatencies } from '../../testbed/measure/histogram.ts'
import { runQuickly } from '../support/quick-scenario.ts'
import { requireTool } from '../support/requirements.ts'

t.test('O6.1, O6.2, O6.4, O6.7, O6.8: each step is as expected, and no authorized call fails', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const results = await runQuickly(t, 'grpc-security')
  t.strictSame(
    results.runs.map(({ id, state }) => `${id} ${state}`),
    STEPS.map(({ id }) => `${id} measured`),
  )
  t.ok(results.checks.every(({ outcome }) => outcome === 'holds'))
  for (const { id, measured } of results.runs) {
    const step = STEPS.find((one) => one.id === id)
    t.match(measured, { codes: { OK: measured?.calls } }, id)
    t.ok(measured && measured.calls >= 60, id)
    t.ok(measured && attacksOf(measured).length >= 7, id)
    t.equal(measured && ackedMsOf(measured).length, step?.changes.length, id)
  }
  t.equal(
    results.runs.reduce((sum, { measured }) => sum + (measured?.figures[SHADOW_DENIED] ?? 0), 0),
    2,
    'in shadow mode, the Envoy counts the calls that a user may not make',
  )
})

const EXTENT = { envoys: 1, callsAround: 30 }

/** Results with this measurement of the step `jwt-and-rules`, where `user` may make one call of three. */
function resultsOf(change: Partial<Measured> = {}, figures: Measured['figures'] = {}): Results {
  const expected = STEPS.find(({ id }) => id === 'jwt-and-rules')?.expected ?? {}
  const statuses = Object.entries(expected).flatMap(([caller, all]) =>
    METHODS.map(({ name }, index) => [callerFigure(caller, name), all[index] ?? 0]),
  )
  const measured: Measured = {
    ...{
      seconds: 1,
      calls: 60,
      codes: { OK: 60 },
      histograms: { service: encodeLatencies([1_000]) },
      processes: [],
    },
    figures: {
      ...Object.fromEntries(statuses),
      [attackFigure('an expired token')]: 16,
      [SHADOW_DENIED]: 0,
      ...figures,
    },
    ...change,
  }
  return {
    ...{ format: 1, scenario: 'grpc-security', title: '', question: '', command: '', begun: '' },
    profile: { name: 'quick', warmUpSeconds: 0, windowSeconds: 1, rounds: 1 },
    plan: { runs: ['jwt-and-rules'], rounds: 1 },
    environment: {},
    runs: [{ id: 'jwt-and-rules', round: 1, labels: {}, begun: '', state: 'measured', measured }],
    checks: [],
  }
}

const failedIn = (results: Results) =>
  checksOf(results, EXTENT)
    .filter(({ outcome }) => outcome === 'fails')
    .map(({ detail }) => detail)

t.test('O6.7: a step as expected holds, and steps that were not measured do not fail', async (t) => {
  const outcomes = checksOf(resultsOf(), EXTENT).map(({ outcome }) => outcome)
  t.equal(outcomes.filter((outcome) => outcome === 'holds').length, 1)
  t.equal(outcomes.filter((outcome) => outcome === 'not measured').length, STEPS.length)
})

t.test('O6.7: unexpected statuses, attacks and failed calls fail the check of the step', async (t) => {
  const bidirectional = callerFigure('user', 'Echo/Bidirectional')
  t.strictSame(failedIn(resultsOf({}, { [bidirectional]: 0 })), [
    'user gets status 0 from Echo/Bidirectional, not 7',
  ])
  t.strictSame(failedIn(resultsOf({}, { [attackFigure('an expired token')]: 0 })), [
    'the attack with an expired token gets status 0',
  ])
  t.strictSame(failedIn(resultsOf({ codes: { OK: 59, UNAVAILABLE: 1 } })), ['1 authorized calls failed'])
})

t.test('O6.7: too few calls counted in shadow mode fail its check', async (t) => {
  const counted = (calls: number): Results => {
    const results = resultsOf({}, { [SHADOW_DENIED]: calls })
    return { ...results, runs: results.runs.map((run) => ({ ...run, id: 'jwt-and-rules-in-shadow' })) }
  }
  const shadowOf = (results: Results) => checksOf(results, EXTENT).at(-1)
  t.match(shadowOf(counted(2)), { outcome: 'holds' })
  t.match(shadowOf(counted(1)), {
    outcome: 'fails',
    detail: 'jwt-and-rules-in-shadow: 1 calls counted, not 2',
  })
})

t.test('O6.7: the report has a row for each step, with statuses in short', async (t) => {
  const [steps] = sectionsOf(resultsOf())
  if (steps?.kind !== 'table') return t.fail('no table')
  t.strictSame(steps.rows, [
    ['JWT and rules', '16', '0 7 7', '0', '16', '16', undefined, 60, 0, 1, '0 of 1', 0],
  ])
})
