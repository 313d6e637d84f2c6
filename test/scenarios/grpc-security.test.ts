// A short run of the security scenario, and its reports of problems.

import t from 'tap'
import {
  findProblems,
  runScenario,
  type StepReport,
} from '../../experiments/scenarios/grpc-security/scenario.ts'
import { STEPS } from '../../experiments/scenarios/grpc-security/steps.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { requireTool } from '../support/requirements.ts'

t.test('each step is as expected, and no authorized call fails', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const reports = await runScenario(group, t.testdir(), { envoys: 1, callsAround: 30 })
  t.same(findProblems(reports), [])
  t.same(
    reports.map(({ title }) => title),
    STEPS.map(({ title }) => title),
  )
  for (const { title, load, attacks } of reports) {
    t.ok(load.calls >= 60, title)
    t.ok(attacks.length >= 7, title)
  }
  t.equal(
    reports.reduce((sum, { shadowDenied }) => sum + shadowDenied, 0),
    2,
    'in shadow mode, the Envoys count the calls that a user may not make',
  )
})

t.test('unexpected results are reported', async (t) => {
  const right: StepReport = {
    title: 'JWT',
    ackedMs: [20],
    callers: [{ caller: 'user', statuses: [0, 7, 7], expected: [0, 7, 7] }],
    attacks: [{ name: 'an expired token', status: 16, isProblem: false }],
    load: { calls: 60, failed: [] },
    shadowDenied: 0,
  }
  const problemsOf = (change: Partial<StepReport>) => findProblems([{ ...right, ...change }])
  t.same(problemsOf({}), [], 'the twin')
  t.match(problemsOf({ callers: [{ caller: 'user', statuses: [0, 0, 7], expected: [0, 7, 7] }] }), [
    'JWT: user gets status 0 from Echo/Bidirectional, not 7',
  ])
  t.match(problemsOf({ attacks: [{ name: 'a token', status: 0, isProblem: true }] }), [
    'JWT: the attack "a token" gets status 0',
  ])
  t.match(problemsOf({ load: { calls: 60, failed: [14] } }), ['JWT: 1 authorized calls failed'])
})
