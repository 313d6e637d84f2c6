// The quick profile of the HTTP/2 scenario: every check holds, on captures that the run made.

import t from 'tap'
import { runQuickly } from '../support/quick-scenario.ts'
import { requireTool } from '../support/requirements.ts'

t.test(
  'O2.1, O2.2: every frame type is decoded, and calls at once are interleaved on one connection',
  async (t) => {
    for (const tool of ['envoy', 'tshark'] as const) if (!requireTool(t, tool)) return
    const results = await runQuickly(t, 'http2-analysis')
    for (const { id, state, why } of results.runs) t.equal(state, 'measured', `${id} ${why ?? ''}`)
    for (const { title, outcome, detail } of results.checks) t.equal(outcome, 'holds', `${title}: ${detail}`)
    const rows = new Set(results.checks.map(({ row }) => row))
    for (const row of ['O2.1', 'O2.2']) t.ok(rows.has(row), row)
  },
)
