// The scenario of security in its short form, and that it would say so if something were wrong.

import t from 'tap'
import {
  findFaults,
  playScenario,
  type StepReport,
} from '../../experiments/scenarios/grpc-security/scenario.ts'
import { STEPS } from '../../experiments/scenarios/grpc-security/steps.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { requireTool } from '../support/requirements.ts'

t.test('each step is as it must be, and no authorised call fails', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const reports = await playScenario(group, t.testdir(), { envoys: 1, callsAround: 30 })
  t.same(findFaults(reports), [])
  t.same(
    reports.map(({ title }) => title),
    STEPS.map(({ title }) => title),
  )
  for (const { title, load, attacks } of reports) {
    t.ok(load.calls >= 60, title)
    t.ok(attacks.length >= 7, title)
  }
  t.equal(
    reports.reduce((sum, { wouldRefuse }) => sum + wouldRefuse, 0),
    2,
    'in shadow, what a user may not call is counted',
  )
})

t.test('what is not as it must be is found', async (t) => {
  const right: StepReport = {
    title: 'JWT',
    ackedMs: [20],
    callers: [{ caller: 'user', statuses: [0, 7, 7], expected: [0, 7, 7] }],
    attacks: [{ name: 'a token that has ended', status: 16, isFault: false }],
    load: { calls: 60, failed: [] },
    wouldRefuse: 0,
  }
  const faultsOf = (change: Partial<StepReport>) => findFaults([{ ...right, ...change }])
  t.same(faultsOf({}), [], 'the twin')
  t.match(faultsOf({ callers: [{ caller: 'user', statuses: [0, 0, 7], expected: [0, 7, 7] }] }), [
    'JWT: user gets 0 of Echo/Bidirectional, not 7',
  ])
  t.match(faultsOf({ attacks: [{ name: 'a token', status: 0, isFault: true }] }), ['JWT: "a token" gets 0'])
  t.match(faultsOf({ load: { calls: 60, failed: [14] } }), ['JWT: 1 authorised calls failed'])
})
