// The quick profile of the gRPC-Web scenario, and what its checks say about unexpected answers.

import t from 'tap'
import { runQuickly } from '../support/quick-scenario.ts'
import { requireTool } from '../support/requirements.ts'

t.test('O3.1 to O3.6: each way and each page does what it is known to do', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const results = await runQuickly(t, 'grpc-web')
  const idsOf = (wanted: string) => results.runs.filter(({ state }) => state === wanted).map(({ id }) => id)
  t.strictSame(idsOf('failed'), [], 'no run has failed')
  // Without Go, nginx or Chromium, runs are skipped; CI has all of them.
  if (process.env.CI === 'true') t.strictSame(idsOf('skipped'), [], 'no run was skipped')
})
