// The quick profile of the gRPC-Web scenario, and what its checks say about unexpected answers.

import t from 'tap'
import { runQuickly } from '../support/quick-scenario.ts'
import { requireTool } from '../support/requirements.ts'

t.test('O3.2: each way does what it is known to do', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const results = await runQuickly(t, 'grpc-web')
  t.strictSame(
    results.runs.filter(({ state }) => state === 'failed'),
    [],
    'no run has failed',
  )
})
