// The quick profile of the transport benchmark: every check holds over every transport that can be laid here.

import t from 'tap'
import { NEEDS_GHZ } from '../../harness/compare-loaders.ts'
import { TRANSPORTS } from '../../testbed/transports/all.ts'
import { runQuickly } from '../support/quick-scenario.ts'
import { missingTool, requireTool } from '../support/requirements.ts'

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

t.test('O8.8 to O8.33: the same calls are answered over each transport that can be laid', async (t) => {
  const { runs, checks } = await runQuickly(t, 'grpc-transport-benchmark')
  for (const { id, state, why } of runs) {
    if (canRun(id)) t.equal(state, 'measured', `${id} ${why ?? ''}`)
    else t.equal(state, 'skipped', id)
  }
  const isWhole = runs.every(({ state }) => state === 'measured')
  for (const { title, outcome, detail } of checks) {
    if (isWhole || outcome !== 'not measured') t.equal(outcome, 'holds', `${title}: ${detail}`)
  }
  for (const { id } of TRANSPORTS) {
    const base = runs.find((run) => run.id === `matrix.${id}.unary.64B.c1`)
    t.ok(base, `${id} is in the matrix`)
  }
  // On CI a tool that is missing is a failure.
  for (const tool of ['envoy', 'go', 'prometheus'] as const) {
    requireTool({ fail: (message) => t.fail(message), plan: () => {} }, tool)
  }
})
