// A plan that cannot be run is rejected with all its problems.

import t from 'tap'
import type { LoadPlan } from './load-plan.ts'
import { loadPlanProblems } from './load-plan-problems.ts'

const PLAN: LoadPlan = {
  target: '127.0.0.1:7000',
  connections: 4,
  loop: { kind: 'open', callsPerSecond: 100 },
  calls: { kind: 'unary' },
  warmUpSeconds: 0,
  seconds: 1,
}

const pathsOf = (plan: LoadPlan) => loadPlanProblems(plan).map(({ path }) => path)

t.test('plans of every shape and loop have no problems', async (t) => {
  const { target: _, ...targetless } = PLAN
  const { seconds: _seconds, ...background } = PLAN
  const plans: readonly LoadPlan[] = [
    PLAN,
    background,
    { ...targetless, targets: ['a:1', 'b:1'] },
    { ...PLAN, loop: { kind: 'closed', concurrency: 1 } },
    { ...PLAN, keys: { header: 'x-user', count: 1 } },
    { ...PLAN, calls: { kind: 'server-stream', messages: 3, everyMs: 10 } },
    { ...PLAN, calls: { kind: 'mixed', of: [{ weight: 1, shape: { kind: 'unary', delayMs: 5 } }] } },
  ]
  for (const plan of plans) t.same(loadPlanProblems(plan), [])
})

t.test('all problems of a plan are reported at once, with their places', async (t) => {
  const plan: LoadPlan = {
    ...PLAN,
    target: '',
    connections: 0,
    loop: { kind: 'open', callsPerSecond: 0, atMost: 0.5 },
    keys: { header: 'x-user', count: 0 },
    warmUpSeconds: -1,
    seconds: 0,
    deadlineMs: 0,
    seriesMs: 0,
    calls: {
      kind: 'mixed',
      of: [
        { weight: 0, shape: { kind: 'unary', delayMs: 60_001, payloadBytes: -1 } },
        { weight: 1, shape: { kind: 'bidirectional', messages: 0, everyMs: -1, responseBytes: 2 ** 25 } },
      ],
    },
  }
  t.same(pathsOf(plan), [
    'target',
    'connections',
    'loop.callsPerSecond',
    'loop.atMost',
    'keys.count',
    'warmUpSeconds',
    'seconds',
    'deadlineMs',
    'seriesMs',
    'calls.of[0].weight',
    'calls.of[0].shape.payloadBytes',
    'calls.of[0].shape.delayMs',
    'calls.of[1].shape.responseBytes',
    'calls.of[1].shape.everyMs',
    'calls.of[1].shape.messages',
  ])
  t.same(pathsOf({ ...PLAN, targets: [] }), ['target'])
  t.same(pathsOf({ ...PLAN, calls: { kind: 'mixed', of: [] } }), ['calls.of'])
  t.same(pathsOf({ ...PLAN, loop: { kind: 'closed', concurrency: 0 } }), ['loop.concurrency'])
})

t.test('a problem says what is possible', async (t) => {
  const [problem] = loadPlanProblems({ ...PLAN, connections: 1.5 })
  t.equal(problem?.message, '1.5 is not possible; give a whole number from 1')
})
