// Scenarios that are made up: the order of their runs, what is skipped and fails, what is shared, and how they are resumed.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { SwitchyardError } from '../core/errors.ts'
import { testFolder } from '../test/support/test-folder.ts'
import { PROFILE } from './profile.ts'
import { type Check, type Measured, measurementsOf } from './results.ts'
import { readResults } from './results-file.ts'
import { type Progress, runScenario, type ScenarioOptions } from './run-scenario.ts'
import type { Plan, Run, RunContext, Scenario } from './scenario.ts'

const PROFILE_OF_TWO = { ...PROFILE.quick, rounds: 2 }

const measured = (figures: Measured['figures'] = {}): Measured => ({
  ...{ seconds: 1, calls: 1, codes: { OK: 1 }, histograms: {}, processes: [] },
  figures,
})

const run = (id: string, measure: Run['measure'] = async () => measured()): Run => ({
  id,
  labels: { id },
  measure,
})

/** Adds its id and round to the list. */
function logged(id: string, order: string[]): Run {
  return run(id, async ({ round }) => {
    order.push(`${id} ${round}`)
    return measured()
  })
}

function madeUp(runs: readonly Run[], rest: Partial<Plan> = {}): Scenario {
  const plan = { runs, checks: () => [], sections: () => [], ...rest }
  return { name: 'made-up', title: 'Made up', question: 'Does it run?', plan: () => plan }
}

/** Runs it in a folder of the test, without what a person would see. */
function start(t: Test, scenario: Scenario, options: Partial<ScenarioOptions> = {}) {
  const folder = join(t.testdirName, 'out')
  return runScenario(scenario, { profile: PROFILE_OF_TWO, folder, command: 'yard …', ...options })
}

const idsOf = ({ runs }: { readonly runs: readonly { id: string; round: number; state: string }[] }) =>
  runs.map(({ id, round, state }) => `${id} ${round} ${state}`)

t.test('all runs are measured once before any is measured again', async (t) => {
  testFolder(t)
  const order: string[] = []
  const log = (id: string) => logged(id, order)
  const results = await start(t, madeUp([log('a'), log('b'), log('c')]))
  t.strictSame(order, ['a 1', 'b 1', 'c 1', 'a 2', 'b 2', 'c 2'])
  t.strictSame(
    idsOf(results),
    order.map((one) => `${one} measured`),
  )
  t.match(results, { ended: String, environment: { CPU: String, commit: String }, plan: { rounds: 2 } })
  t.strictSame(await readResults(join(t.testdirName, 'out')), results)
  for (const file of ['summary.md', 'report.html']) t.ok(existsSync(join(t.testdirName, 'out', file)), file)
})

t.test('a run may be measured in fewer rounds than the others', async (t) => {
  testFolder(t)
  const results = await start(t, madeUp([run('a'), { ...run('b'), rounds: 1 }, { ...run('c'), rounds: 9 }]))
  t.strictSame(idsOf(results), [
    'a 1 measured',
    'b 1 measured',
    'c 1 measured',
    'a 2 measured',
    'c 2 measured',
  ])
  t.type(results.ended, 'string', 'none is missing')
  t.strictSame(results.plan.fewer, { b: 1 })
  t.equal(measurementsOf(results.plan), 5)
})

t.test('after each run, its result is on disk', async (t) => {
  testFolder(t)
  const seen: number[] = []
  const look = async () => {
    seen.push((await readResults(join(t.testdirName, 'out'))).runs.length)
    return measured()
  }
  await start(t, madeUp([run('a', look), run('b', look)]))
  t.strictSame(seen, [0, 1, 2, 3])
})

t.test('a run that throws has failed with its reason, its processes end, and the others go on', async (t) => {
  testFolder(t)
  let pid = 0
  const broken = run('broken', async ({ group }) => {
    const sleeping = group.start({ name: 'sleep', command: 'sleep', args: ['1000'], ready: () => undefined })
    pid = sleeping.pid ?? 0
    throw new SwitchyardError('process-failed', 'the server has ended')
  })
  const seen: Progress[] = []
  const results = await start(t, madeUp([broken, run('a')]), {
    profile: PROFILE.quick,
    onProgress: (one) => seen.push(one),
  })
  t.strictSame(idsOf(results), ['broken 1 failed', 'a 1 measured'])
  t.equal(results.runs[0]?.why, 'the server has ended')
  t.ok(pid > 0 && !existsSync(`/proc/${pid}`), 'its process has ended')
  t.match(seen[1], { kind: 'ended', error: SwitchyardError })
})

t.test('a measurement that does not fit the format is a failed run', async (t) => {
  testFolder(t)
  const results = await start(t, madeUp([run('a', async () => measured({ share: Number.NaN }))]), {
    profile: PROFILE.quick,
  })
  t.match(results.runs[0], { state: 'failed', why: /figures\.share: / })
})

t.test('a run whose needs are missing is skipped with the commands that install them', async (t) => {
  testFolder(t)
  let asked = 0
  const need = (name: string, isThere: boolean) => ({
    name,
    install: `apt-get install ${name}`,
    isThere: () => {
      asked += 1
      return isThere
    },
  })
  const needs = [need('nginx', false), need('haproxy', false), need('sh', true)]
  const runs = [
    { ...run('a'), needs },
    { ...run('b'), needs: [need('sh', true)] },
  ]
  const results = await start(t, madeUp(runs))
  t.strictSame(idsOf(results), ['a 1 skipped', 'b 1 measured', 'a 2 skipped', 'b 2 measured'])
  t.equal(
    results.runs[0]?.why,
    'nginx is missing: apt-get install nginx; haproxy is missing: apt-get install haproxy',
  )
  t.equal(asked, 3, 'each need is looked for once')
})

/** A part that runs share, and how often it was started. */
function sharedSleep() {
  const pids: number[] = []
  const use = ({ shared }: RunContext) =>
    shared('sleep', async ({ group, folder }) => {
      const { pid = 0 } = group.start({
        name: 'sleep',
        command: 'sleep',
        args: ['1000'],
        ready: () => undefined,
      })
      pids.push(pid)
      return { pid, folder }
    })
  return { pids, use }
}

t.test('what runs share is started once, lives through all rounds, and ends with the scenario', async (t) => {
  testFolder(t)
  const { pids, use } = sharedSleep()
  const alive: boolean[] = []
  const measure = async (context: RunContext) => {
    const { pid, folder } = await use(context)
    alive.push(existsSync(`/proc/${pid}`) && existsSync(folder))
    return measured()
  }
  await start(t, madeUp([run('a', measure), run('b', measure)]))
  t.equal(pids.length, 1)
  t.strictSame(alive, [true, true, true, true])
  t.notOk(existsSync(`/proc/${pids[0]}`))
})

t.test('what runs share and did not start is started anew by the next run', async (t) => {
  testFolder(t)
  let starts = 0
  const measure = async ({ shared }: RunContext) => {
    await shared('flaky', async () => {
      starts += 1
      if (starts === 1) throw new SwitchyardError('address-in-use', 'the port is in use')
    })
    return measured()
  }
  const results = await start(t, madeUp([run('a', measure), run('b', measure), run('c', measure)]), {
    profile: PROFILE.quick,
  })
  t.strictSame(idsOf(results), ['a 1 failed', 'b 1 measured', 'c 1 measured'])
  t.equal(starts, 2)
})

/** A scenario that is interrupted in its run `b` of the first round, unless it is resumed. */
function interruptible() {
  const controller = new AbortController()
  const order: string[] = []
  let isInterrupted = false
  const { pids, use } = sharedSleep()
  const log = (id: string) => logged(id, order)
  const waiting = run('b', async (context) => {
    order.push(`b ${context.round}`)
    await use(context)
    if (isInterrupted) return measured()
    isInterrupted = true
    controller.abort()
    return await new Promise<never>(() => {})
  })
  return { scenario: madeUp([log('a'), waiting, log('c')]), signal: controller.signal, order, pids }
}

t.test(
  'an interrupted scenario ends everything, keeps what was measured, and is resumed with the rest',
  async (t) => {
    testFolder(t)
    const { scenario, signal, order, pids } = interruptible()
    const unfinished = await start(t, scenario, { signal })
    t.strictSame(idsOf(unfinished), ['a 1 measured'])
    t.equal(unfinished.ended, undefined)
    t.notOk(existsSync(`/proc/${pids[0]}`), 'what it shared has ended')
    t.ok(existsSync(join(t.testdirName, 'out/report.html')), 'the report has what was measured')
    order.length = 0
    const results = await start(t, scenario, { resume: true })
    t.strictSame(order, ['b 1', 'c 1', 'a 2', 'b 2', 'c 2'])
    t.strictSame(results.runs[0], unfinished.runs[0])
    t.equal(results.begun, unfinished.begun)
    t.type(results.ended, 'string')
    t.ok(
      Object.keys(results.environment).some((name) => name.startsWith('load before, resumed 20')),
      'the environment says that it was resumed',
    )
  },
)

t.test('after an interruption between two runs, no other run begins', async (t) => {
  testFolder(t)
  const order: string[] = []
  const controller = new AbortController()
  const unfinished = await start(t, madeUp([logged('a', order), logged('b', order)]), {
    signal: controller.signal,
    onProgress: ({ kind }) => {
      if (kind === 'ended') controller.abort()
    },
  })
  t.strictSame(order, ['a 1'])
  t.strictSame(idsOf(unfinished), ['a 1 measured'])
})

t.test('runs that failed or were skipped are measured when the scenario is resumed', async (t) => {
  testFolder(t)
  let isReady = false
  const flaky = run('flaky', async () => {
    if (!isReady) throw new SwitchyardError('unreachable', 'not yet')
    return measured()
  })
  const needy = { ...run('needy'), needs: [{ name: 'it', install: 'get it', isThere: () => isReady }] }
  const scenario = madeUp([flaky, needy, run('a')])
  const profile = PROFILE.quick
  t.strictSame(idsOf(await start(t, scenario, { profile })), [
    'flaky 1 failed',
    'needy 1 skipped',
    'a 1 measured',
  ])
  isReady = true
  const resumed = await start(t, scenario, { profile, resume: true })
  t.strictSame(idsOf(resumed), ['a 1 measured', 'flaky 1 measured', 'needy 1 measured'])
})

t.test(
  'results of another scenario, profile or plan are not resumed, and those of the same are',
  async (t) => {
    testFolder(t)
    const resume = true
    await t.rejects(start(t, madeUp([run('a')]), { resume }), { code: 'not-found', message: /results\.json/ })
    await start(t, madeUp([run('a'), run('b')]))
    await t.resolves(start(t, madeUp([run('a'), run('b')]), { resume }), 'the accepted twin')
    const other = { ...madeUp([run('a')]), name: 'other' }
    await t.rejects(start(t, other, { resume, profile: PROFILE.full }), {
      code: 'invalid-argument',
      message: /cannot be resumed/,
      problems: [
        { path: 'scenario', message: 'made-up in the file, other now' },
        { path: 'profile', message: /^quick .* in the file, full .* now$/ },
      ],
    })
    await t.rejects(start(t, madeUp([run('a'), run('c')], { rounds: 3 }), { resume }), {
      code: 'invalid-argument',
      problems: [
        { path: 'rounds', message: '2 in the file, 3 now' },
        { path: 'runs', message: 'b in the file, c now' },
      ],
    })
    await t.rejects(start(t, madeUp([run('a'), run('b')]), { resume, only: ['a'] }), {
      code: 'invalid-argument',
      problems: [{ path: 'runs', message: 'b in the file, no others now' }],
    })
  },
)

t.test('the chosen runs are measured, and a resumed scenario chooses the same', async (t) => {
  testFolder(t)
  const scenario = madeUp([run('a.x'), run('a.y'), run('b.x')])
  const profile = PROFILE.quick
  const first = await start(t, scenario, { profile, only: ['a'] })
  t.strictSame(idsOf(first), ['a.x 1 measured', 'a.y 1 measured'])
  t.strictSame(idsOf(await start(t, scenario, { profile, resume: true })), idsOf(first))
  await t.rejects(start(t, scenario, { profile, only: ['c'] }), {
    code: 'not-found',
    problems: [{ path: 'c' }],
  })
})

t.test('a new run keeps earlier results under another name', async (t) => {
  testFolder(t)
  const { begun } = await start(t, madeUp([run('a')]))
  const seen: Progress[] = []
  await start(t, madeUp([run('b')]), { onProgress: (one) => seen.push(one) })
  const [kept = ''] = readdirSync(join(t.testdirName, 'out')).filter((name) => name.startsWith('results-'))
  t.match(seen[0], { kind: 'kept', file: new RegExp(`${kept}$`) })
  t.equal((await readResults(join(t.testdirName, 'out', kept))).begun, begun)
})

t.test('checks get all results, and a check that throws fails', async (t) => {
  testFolder(t)
  const holds: Check = { row: 'O4.1', title: 'It runs', outcome: 'holds', detail: '2 runs' }
  const counted = madeUp([run('a')], {
    checks: ({ runs }) => [{ ...holds, detail: `${runs.length} runs` }],
  })
  t.strictSame((await start(t, counted)).checks, [holds])
  const broken = madeUp([run('a')], {
    checks: () => {
      throw new Error('no such figure')
    },
    sections: () => {
      throw new Error('no such section')
    },
  })
  t.match((await start(t, broken)).checks, [{ outcome: 'fails', detail: 'no such figure' }])
  t.match(readFileSync(join(t.testdirName, 'out/summary.md'), 'utf8'), 'no such section')
})

t.test('a plan with two runs of one id is an error, and nothing is measured', async (t) => {
  testFolder(t)
  await t.rejects(start(t, madeUp([run('a'), run('b'), run('a')])), { message: /two runs of one id: a$/ })
  t.notOk(existsSync(join(t.testdirName, 'out/results.json')))
})

t.test('the time left is what runs took last, and for others the estimate', async (t) => {
  testFolder(t)
  const seen: Progress[] = []
  const runs = [
    { ...run('a'), seconds: 100 },
    { ...run('b'), seconds: 300 },
  ]
  await start(t, madeUp(runs), { onProgress: (one) => seen.push(one) })
  t.match(seen[0], { kind: 'begins', number: 1, total: 4, secondsLeft: 800 })
  const [, , , , , , , last] = seen
  t.match(last, { kind: 'ended', number: 4, total: 4, secondsLeft: 0 })
})
