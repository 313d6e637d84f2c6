// Flips between L4 and L7 under load: no call of a client with default channel options fails.

import t from 'tap'
import type { LbRequest } from '../../api/schemas/lb.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { type RunContext, switchTo, switchUnderLoad } from '../../testbed/flips/switch-under-load.ts'
import { startTestbed } from '../../testbed/testbed.ts'
import { testFolder } from '../support/test-folder.ts'

/** `npm run test:flips` has 40. */
const FLIPS_EACH_WAY = Number(process.env.SWITCHYARD_FLIPS ?? 10)
const L4: LbRequest = { mode: 'l4' }
const L7: LbRequest = { mode: 'l7', policy: 'round_robin' }

t.test(`no unary call fails during ${FLIPS_EACH_WAY} flips each way under load`, async (t) => {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const fleets = new Map([['edge', 1]])
  // With one second, calls failed in each flip to L4: Envoy 1.40 closed connections that had not got a GOAWAY. On a busy machine,
  // two seconds passed before a worker had sent it.
  const testbed = await startTestbed(group, { folder: testFolder(t), fleets, backends: 3, drainSeconds: 4 })
  const context: RunContext = {
    rest: testbed.rest,
    fleet: 'edge',
    nodes: testbed.fleets.get('edge') ?? [],
    backends: testbed.backends,
  }
  await switchTo(context, L4)
  let calls = 0
  let gone = 0
  for (let flip = 0; flip < FLIPS_EACH_WAY; flip += 1) {
    for (const [from, to] of [
      [L4, L7],
      [L7, L4],
    ] as const) {
      const { load, oldConnections } = await switchUnderLoad(context, from, to)
      t.same(load.failures, [], `${from.mode} to ${to.mode}, flip ${flip + 1}`)
      calls += load.calls
      gone += oldConnections
    }
  }
  t.comment(`${calls} calls, ${gone} connections that had to close`)
  t.ok(gone >= 2 * FLIPS_EACH_WAY, 'each flip closes connections')
})
