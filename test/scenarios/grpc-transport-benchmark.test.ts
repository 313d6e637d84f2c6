// The quick profile of the transport benchmark: every check holds, over transports of each distance. The command itself has all.

import t from 'tap'
import { SCENARIO } from '../../experiments/scenarios/grpc-transport-benchmark/scenario.ts'
import { NEEDS_GHZ } from '../../harness/compare-loaders.ts'
import { PROFILE } from '../../harness/profile.ts'
import { TRANSPORTS } from '../../testbed/transports/all.ts'
import { runQuickly } from '../support/quick-scenario.ts'
import { missingTool, requireTool } from '../support/requirements.ts'

/** A transport or two of each distance. `testbed/transports/all.test.ts` calls over each of the others, but only over three of the internet. */
const CHOSEN = ['uds', 'loopback', 'veth', 'vxlan', 'lan-1500', 'internet-20']
/** They do over a second transport what they do over `veth`. */
const REPEATED = ['budget.uds.64B', 'expected.uds', 'sidecars.loopback']

const others = TRANSPORTS.filter(({ id }) => !CHOSEN.includes(id))
const only = SCENARIO.plan(PROFILE.quick)
  .runs.map(({ id }) => id)
  .filter((id) => !REPEATED.includes(id) && !others.some((other) => id.startsWith(`matrix.${other.id}.`)))

const missing = TRANSPORTS.filter((transport) => transport.missing() !== undefined)
const isEnvoyMissing = missingTool('envoy') !== undefined
const isPrometheusMissing = missingTool('prometheus') !== undefined
const isGoMissing = missingTool('go') !== undefined || !NEEDS_GHZ.isThere()

function canRun(id: string): boolean {
  if (missing.some((transport) => id.split('.').includes(transport.id))) return false
  if (isEnvoyMissing && id.startsWith('sidecars.')) return false
  if (isPrometheusMissing && id.startsWith('watched.')) return false
  return !isGoMissing || !/^(expected|tools)\./.test(id)
}

t.test('O8.8 to O8.33: the same calls are answered over transports of each distance', async (t) => {
  const { runs, checks } = await runQuickly(t, 'grpc-transport-benchmark', only)
  for (const { id, state, why } of runs) {
    if (canRun(id)) t.equal(state, 'measured', `${id} ${why ?? ''}`)
    else t.equal(state, 'skipped', id)
  }
  const isWhole = runs.every(({ state }) => state === 'measured')
  for (const { title, outcome, detail } of checks) {
    if (isWhole || outcome !== 'not measured') t.equal(outcome, 'holds', `${title}: ${detail}`)
  }
  for (const id of CHOSEN) {
    const base = runs.find((run) => run.id === `matrix.${id}.unary.64B.c1`)
    t.ok(base, `${id} is in the matrix`)
  }
  const families = (transports: typeof TRANSPORTS) => new Set(transports.map(({ family }) => family))
  t.strictSame(families(TRANSPORTS.filter(({ id }) => CHOSEN.includes(id))), families(TRANSPORTS))
  // On CI a tool that is missing is a failure.
  for (const tool of ['envoy', 'go', 'prometheus'] as const) {
    requireTool({ fail: (message) => t.fail(message), plan: () => {} }, tool)
  }
})
