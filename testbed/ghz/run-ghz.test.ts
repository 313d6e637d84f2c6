// ghz itself, where it is or where Go can build it.

import t from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { startBackend } from '../../services/backend-server.ts'
import { requireTool } from '../../test/support/requirements.ts'
import type { LoadPlan } from '../loader/load-plan.ts'
import { decodeHistogram } from '../measure/histogram.ts'
import { runGhz } from './run-ghz.ts'

const PLAN = {
  connections: 2,
  loop: { kind: 'open', callsPerSecond: 200 },
  calls: { kind: 'unary' },
  warmUpSeconds: 0.2,
  seconds: 0.5,
} as const satisfies LoadPlan

t.test('O7.7: ghz runs a plan of ours, and its result has the form of ours', async (t) => {
  if (!requireTool(t, 'go')) return
  const backend = await startBackend({ id: 'b1', listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 })
  t.teardown(() => backend.close())
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const folder = t.testdir()
  const target = backend.address

  const pids: number[] = []
  const open = await runGhz(group, { ...PLAN, target }, { folder, onStarted: (pid) => pids.push(pid) })
  t.same(open.codes, { OK: open.calls })
  t.equal(open.seconds, 0.5)
  t.ok(decodeHistogram(open.histograms.service).totalCount > 0)
  t.equal(pids.length, 1)

  // Requests with a payload arrive as they were, all of them.
  const payload = { kind: 'unary', payloadBytes: 64, responseBytes: 64 } as const
  const loaded = await runGhz(group, { ...PLAN, target, calls: payload }, { folder })
  t.ok(loaded.calls > 0)
  t.same(loaded.codes, { OK: loaded.calls })

  const stream = { kind: 'server-stream', messages: 3, responseBytes: 10 } as const
  const loop = { kind: 'closed', concurrency: 4 } as const
  const closed = await runGhz(group, { ...PLAN, target, loop, calls: stream }, { folder })
  t.ok(closed.calls > 0)
  t.same(closed.codes, { OK: closed.calls })

  await t.rejects(runGhz(group, { ...PLAN, target: 'no-port' }, { folder }), { code: 'invalid-argument' })
})
