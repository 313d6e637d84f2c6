// The quick profile of the transport benchmark: every check holds.

import t from 'tap'
import { runQuickly } from '../support/quick-scenario.ts'

t.test('O8.8: the same calls are answered over each transport', async (t) => {
  const { runs, checks } = await runQuickly(t, 'grpc-transport-benchmark')
  for (const { id, state, why } of runs) t.not(state, 'failed', `${id} ${why ?? ''}`)
  for (const { title, outcome, detail } of checks) t.equal(outcome, 'holds', `${title}: ${detail}`)
})
