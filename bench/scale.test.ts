// The smallest benchmark of many streams end to end: two processes share the streams of two programs of clients.

import t from 'tap'
import { requireTool } from '../test/support/requirements.ts'
import { buildSwarm } from './harness/go-tools.ts'
import { measureScale } from './scale/measure-scale.ts'
import { renderScaleReport } from './scale/report.ts'

t.test('streams of several programs on several processes are measured', async (t) => {
  if (!requireTool(t, 'go')) return
  const small = { size: 3, processes: 2, rounds: 2 } as const
  const tools = buildSwarm()
  const results = await Promise.all([
    measureScale(tools, { ...small, mode: 'delta', streams: 5, swarms: 2 }),
    measureScale(tools, { ...small, mode: 'sotw', streams: 2, swarms: 1 }),
  ])
  for (const one of results) {
    t.ok(one.firstSyncMs > 0 && one.pushMs > 0 && one.peakMiB >= one.syncedMiB)
  }
  t.match(results[1]?.stormMs, Number)
  const report = renderScaleReport(results, ['a cell: its server ended'])
  t.match(report, /\| delta +\| +3 \| +2 \| +5 \|/)
  t.match(report, /Computed from the cell with 5 streams/)
  t.notMatch(report, /opened again/, 'no stream has ended')
  const [first] = results
  if (first === undefined) return
  const broken = renderScaleReport([{ ...first, reopened: 7, reopenedLater: 1_000 }], [])
  t.match(broken, /opened again.*\n\n.*\n.*\n\| delta \| +3 \| +2 \| +5 \| +7 \| +1,000 \|/)
  t.match(report, /## Not finished\n\n- a cell: its server ended/)
})

t.test('more streams than files can be open are rejected, with the limit that is needed', async (t) => {
  const cell = { mode: 'delta', size: 3, processes: 2, streams: 4e9, swarms: 3, rounds: 1 } as const
  const message = /need 2000000200 open files .* "ulimit -Hn 2000000200"/
  await t.rejects(measureScale({ swarm: '' }, cell), { message })
})
