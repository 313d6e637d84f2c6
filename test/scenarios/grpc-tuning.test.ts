// The quick profile of the tuning scenario: every check holds; what a run needs and is missing is the only reason to skip it.

import t from 'tap'
import { runQuickly } from '../support/quick-scenario.ts'
import { requireTool } from '../support/requirements.ts'

/** The rows that its chapters have; O7.9 is a guide. */
const ROWS = ['O7.1', 'O7.2', 'O7.3', 'O7.4', 'O7.5', 'O7.6', 'O7.7', 'O7.8']

t.test('O7.1 to O7.8: every run is measured, and every check holds', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { runs, checks } = await runQuickly(t, 'grpc-tuning')
  const skipped = runs.filter(({ state }) => state === 'skipped')
  for (const { id, state, why = '' } of runs) {
    if (state !== 'skipped') t.equal(state, 'measured', `${id} ${why}`)
    else t.match(why, ' is missing: ', `${id} says what it needs`)
  }
  for (const { title, outcome, detail } of checks) {
    if (skipped.length === 0 || outcome !== 'not measured') t.equal(outcome, 'holds', `${title}: ${detail}`)
  }
  t.strictSame([...new Set(checks.map(({ row }) => row))].toSorted(), ROWS)
})
