// The quick profile of the scenario about gRPC itself.

import t from 'tap'
import { runQuickly } from '../support/quick-scenario.ts'
import { requireTool } from '../support/requirements.ts'

t.test(
  'O1.1, O1.2, O1.3, O1.4, O1.5, O1.6, O1.7, O1.8, O1.9, O1.10, O1.11: schemas change, bytes are understood, and calls of each kind and with each status end as they must',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const results = await runQuickly(t, 'grpc-fundamentals')
    for (const row of Array.from({ length: 11 }, (_, index) => `O1.${index + 1}`)) {
      const checks = results.checks.filter((one) => one.row === row)
      t.ok(
        checks.some(({ outcome }) => outcome === 'holds'),
        row,
      )
    }
  },
)
