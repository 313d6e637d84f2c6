// What every scenario owes: a README, a test that runs it, a pure plan, and checks and a report of partial results.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { loadScenario, SCENARIO_NAMES } from '../../experiments/scenarios/all.ts'
import { PROFILE, PROFILES } from '../../harness/profile.ts'
import type { Results } from '../../harness/results.ts'
import type { Plan, Scenario } from '../../harness/scenario.ts'

const root = new URL('../..', import.meta.url)
const folder = new URL('test/scenarios/', root)
const TESTS = readdirSync(folder)
  .filter((file) => file.endsWith('.test.ts') && file !== 'all.test.ts')
  .map((file) => readFileSync(new URL(file, folder), 'utf8'))

/** Results of a scenario that was interrupted in its first run. */
function nothingMeasured({ name, title, question }: Scenario, plan: Plan): Results {
  return {
    ...{ format: 1, scenario: name, title, question, command: '', begun: '2026-11-29T04:00:00Z' },
    profile: PROFILE.quick,
    plan: { runs: plan.runs.map(({ id }) => id), rounds: 1 },
    environment: {},
    runs: [],
    checks: [],
  }
}

t.ok(SCENARIO_NAMES.length > 0)

for (const name of SCENARIO_NAMES) {
  t.test(
    `${name} has the name of its folder, a README with its command, and a test that runs it`,
    async (t) => {
      t.equal((await loadScenario(name)).name, name)
      t.ok(existsSync(new URL(`experiments/scenarios/${name}/scenario.ts`, root)))
      const readme = readFileSync(new URL(`experiments/scenarios/${name}/README.md`, root), 'utf8')
      t.match(readme, 'npx yard scenario ')
      // In a cluster there is no Envoy of ours: its test makes one of network namespaces.
      const runsIt = new RegExp(`runQuickly\\(t, '${name}'|scenarios/${name}/`)
      t.ok(TESTS.some((test) => runsIt.test(test)))
    },
  )

  t.test(`${name} has a pure plan with unique ids for each profile`, async (t) => {
    const { plan } = await loadScenario(name)
    for (const profile of PROFILES) {
      const idsOf = () => plan(PROFILE[profile]).runs.map(({ id }) => id)
      const ids = idsOf()
      t.ok(ids.length > 0)
      t.strictSame(idsOf(), ids, 'the same at each call')
      t.equal(new Set(ids).size, ids.length, 'each id once')
      for (const id of ids) t.match(id, /^[\w-]+(\.[\w-]+)*$/, 'parts with dots between them')
    }
  })

  t.test(`${name} claims nothing before its first run has ended, and has a report of that`, async (t) => {
    const scenario = await loadScenario(name)
    const plan = scenario.plan(PROFILE.quick)
    const results = nothingMeasured(scenario, plan)
    const checks = plan.checks(results)
    for (const { row, title, outcome } of checks) {
      t.equal(outcome, 'not measured', title)
      t.match(row, /^O\d\.\d+$/, title)
    }
    t.doesNotThrow(() => plan.sections({ ...results, checks: [...checks] }))
  })
}

t.test('an unknown scenario is an error that lists the names', async (t) => {
  for (const name of ['grpc-secure', 'toString']) {
    await t.rejects(loadScenario(name), { code: 'not-found', message: /Use one of: .*grpc-security/ })
  }
})
