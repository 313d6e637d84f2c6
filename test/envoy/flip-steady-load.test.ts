// A flip from L4 to L7 over REST in a testbed as `yard up` starts it: its steady load loses no call.

import t from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { countConnections } from '../../testbed/flips/open-connections.ts'
import { startTestbed } from '../../testbed/testbed.ts'
import { EventReader } from '../support/event-reader.ts'
import { requireTool } from '../support/requirements.ts'
import { testFolder } from '../support/test-folder.ts'

t.test('the steady load loses no call in a flip from L4 to L7', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const testbed = await startTestbed(group, {
    folder: testFolder(t),
    fleets: new Map([['edge', 2]]),
    backends: 3,
    steadyLoad: true,
    metrics: true,
  })
  const { rest } = testbed
  const envoys = (testbed.fleets.get('edge') ?? []).map(({ envoy }) => envoy.admin)
  const events = new EventReader(t, rest)
  await events.until('hello')
  /** Waits until the load has made `count` more calls. */
  const further = async (count: number) => {
    const { calls } = await rest.getTestbedLoad()
    await events.until('testbed', (load) => load.calls >= calls + count)
  }
  // Calls are open on each connection at each moment, so that a cut fails some.
  await Promise.all(testbed.backends.map(({ behave }) => behave({ latencyMs: 50, failPercent: 0 })))
  await rest.putTestbedLoad({ running: true, connections: 8, callsPerSecond: 400 })
  await further(200)
  t.ok((await countConnections(envoys, 'l4')) > 0, 'there are old connections')
  await rest.putLb('edge', { mode: 'l7', policy: 'round_robin' })
  while ((await countConnections(envoys, 'l4')) > 0) await further(1)
  await further(200)
  const { calls, failed } = await rest.getTestbedLoad()
  t.comment(`${calls} calls, ${failed} failed`)
  t.equal(failed, 0, `of ${calls} calls`)
})
