// The quick profile of the transport benchmark: every check holds over every transport that can be laid here.

import t from 'tap'
import { TRANSPORTS } from '../../testbed/transports/all.ts'
import { runQuickly } from '../support/quick-scenario.ts'

const missing = TRANSPORTS.filter((transport) => transport.missing() !== undefined)

t.test('O8.8 to O8.22: the same calls are answered over each transport', async (t) => {
  const { runs, checks } = await runQuickly(t, 'grpc-transport-benchmark')
  for (const { id, state, why } of runs) {
    const isMissing = missing.some((transport) => id.includes(`.${transport.id}.`))
    t.equal(state, isMissing ? 'skipped' : 'measured', `${id} ${why ?? ''}`)
  }
  for (const { title, outcome, detail } of checks) t.equal(outcome, 'holds', `${title}: ${detail}`)
  for (const { id } of TRANSPORTS)
    t.ok(
      runs.some((run) => run.id === `matrix.${id}.unary.64B.c1`),
      id,
    )
})
