// The quick profile of the HTTP/2 scenario: every check holds, on captures that the run made.

import t from 'tap'
import { runQuickly } from '../support/quick-scenario.ts'
import { missingTool, requireTool } from '../support/requirements.ts'

/** The rows that its chapters have; O2.10 is a guide. */
const ROWS = ['O2.1', 'O2.2', 'O2.3', 'O2.4', 'O2.5', 'O2.6', 'O2.7', 'O2.8', 'O2.9']

t.test('O2.1 to O2.9: every run is measured, and every check holds', async (t) => {
  for (const tool of ['envoy', 'tshark', 'nginx', 'nghttpx'] as const) if (!requireTool(t, tool)) return
  const { runs, checks } = await runQuickly(t, 'http2-analysis')
  const isLinkMissing = missingTool('network links') !== undefined
  for (const { id, state, why, emulates } of runs) {
    const expected = isLinkMissing && emulates?.includes('link') ? 'skipped' : 'measured'
    t.equal(state, expected, `${id} ${why ?? ''}`)
  }
  for (const { title, outcome, detail } of checks) {
    if (!isLinkMissing || outcome !== 'not measured') t.equal(outcome, 'holds', `${title}: ${detail}`)
  }
  t.strictSame([...new Set(checks.map(({ row }) => row))].toSorted(), ROWS)
  // On CI a link that is missing is a failure.
  requireTool({ fail: (message) => t.fail(message), plan: () => {} }, 'network links')
})
