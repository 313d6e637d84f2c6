// The quick profile of the load-balancing scenario: every way of this machine once.

import t from 'tap'
import { cellOf } from '../../experiments/scenarios/grpc-loadbalancing/cell.ts'
import { WAYS } from '../../experiments/scenarios/grpc-loadbalancing/ways/ways.ts'
import { runQuickly } from '../support/quick-scenario.ts'
import { requireTool } from '../support/requirements.ts'

t.test('O4.1 to O4.9: every way that this machine has is measured, and no check fails', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { runs } = await runQuickly(t, 'grpc-loadbalancing')
  for (const { id, needs = [] } of WAYS) {
    const own = runs.filter((run) => cellOf(run.id)?.way === id)
    const expected = needs.every((need) => need.isThere()) ? 'measured' : 'skipped'
    t.ok(own.length > 0, id)
    for (const run of own) {
      t.equal(run.state, expected, run.id)
      t.ok(expected === 'skipped' || (run.measured?.calls ?? 0) > 0, `${run.id} has calls`)
    }
  }
})
