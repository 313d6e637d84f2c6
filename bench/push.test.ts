// The smallest benchmark end to end: the servers start, clients sync, and the report has a row.

import t from 'tap'
import { requireTool } from '../test/support/requirements.ts'
import { buildGoTools } from './harness/go-tools.ts'
import { findShortfalls } from './push/goals.ts'
import { measureCell } from './push/measure-cell.ts'
import { measureManyNames, measureStorm } from './push/measure-extremes.ts'
import { renderPushReport } from './push/report.ts'

for (const mode of ['delta', 'sotw'] as const) {
  t.test(`a cell is measured with ${mode} for all servers in turns`, async (t) => {
    if (!requireTool(t, 'go')) return
    const cell = { mode, size: 3, streams: 2, rounds: 2, warmUps: 1 }
    const result = await measureCell(buildGoTools(), cell)
    for (const [name, { pushMs, firstSyncMs, peakMiB }] of Object.entries(result.of)) {
      t.equal(pushMs.length, 2, name)
      t.ok(pushMs.every((ms) => ms > 0) && firstSyncMs > 0 && peakMiB > 0, name)
    }
    const report = renderPushReport({
      cells: [result],
      unfinished: ['a cell: its server ended'],
      extremes: [],
    })
    t.match(report, new RegExp(`\\| ${mode} +\\| +3 \\| +2 \\| +2 \\|`))
    t.match(report, /## Not finished\n\n- a cell: its server ended/)
    t.same(findShortfalls([]), [])
  })

  t.test(`streams that reconnect at once with ${mode} receive the change that they missed`, async (t) => {
    if (!requireTool(t, 'go')) return
    const settings = { mode, size: 3, streams: 2, rounds: 2 }
    const { of } = await measureStorm(buildGoTools(), settings)
    t.ok(of.switchyard.ms > 0 && of.peer.ms > 0)
    const names = await measureManyNames(buildGoTools(), settings)
    t.ok(names.of.switchyard.ms > 0 && names.of.peer.ms > 0)
  })
}
