// The smallest benchmark of load reports: the control plane has the calls that the nodes report, and the report has a row.

import t from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { measureLoad } from './load-reports/measure-load.ts'
import { renderLoadReport } from './load-reports/report.ts'

t.test('nodes that report are measured beside the same nodes in silence', async (t) => {
  const result = await measureLoad(testFolder(t), {
    nodes: 2,
    upstreams: 3,
    endpoints: 2,
    intervalMs: 2_000,
    intervals: 1,
  })
  // A hundred calls for each upstream in each report.
  t.ok(result.started >= 600 && result.started % 300 === 0, `${result.started} calls`)
  t.match(renderLoadReport([result]), /\| +2 \| +3 \| +2 \| +6[12]\d{3} \|/)
})
