// A listener that is replaced, with a real Envoy: its open connections call with the old content until they have drained.

import t, { type Test } from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { startBackgroundLoad } from '../../testbed/load/background-load.ts'
import { startTestbed } from '../../testbed/testbed.ts'
import { CLUSTER, LISTENER, SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { startBackends } from '../support/echo-backends.ts'
import { nextEvent, startEnvoy, untilInEffect } from '../support/real-envoy.ts'
import { assignment, cluster, inlineListener } from '../support/resources.ts'
import { testFolder } from '../support/test-folder.ts'

const CONNECTIONS = 8

/** Calls over connections of their own until the test ends. */
function startConnections(t: Test, address: string) {
  const load = startBackgroundLoad(...Array.from({ length: CONNECTIONS }, () => address))
  t.teardown(load.stop)
  return load
}

/** Resolves when the node has ACKed a listener, and after it the removal of a cluster. */
function untilRemoved(cache: SnapshotCache): Promise<void> {
  let isReplaced = false
  return nextEvent(cache, (event) => {
    if (event.kind !== 'acked') return false
    isReplaced ||= event.typeUrl === LISTENER
    return isReplaced && event.typeUrl === CLUSTER
  })
}

// Envoy of the twin drains for so long that old connections call when the cluster has gone, however late that is.
for (const [title, drainTimeMs, drainTimeSeconds, fails] of [
  ['the cluster of its old inline routes goes after the drain time, and no call fails', 5_000, 4, false],
  ['without the drain time the cluster goes at once, and calls fail', 0, 600, true],
] as const) {
  t.test(`X42: a listener is replaced: ${title}`, async (t) => {
    const cache = new SnapshotCache({ consistency: 'enforce' })
    const server = await startXdsServer({ cache, address: '127.0.0.1:0', drainTimeMs })
    t.teardown(() => server.close())
    const port = await freePort()
    const [b1 = 0, b2 = 0] = await startBackends(t, 'b1', 'b2')
    const envoy = await startEnvoy(t, server.address, 'delta', { drainTimeSeconds })
    cache.setSnapshot('fleet', [cluster('c1'), assignment('c1', b1), inlineListener('main', port, 'c1')])
    await untilInEffect(cache, envoy)
    const load = startConnections(t, `127.0.0.1:${port}`)
    await load.further(200)
    const removed = untilRemoved(cache)
    cache.setSnapshot('fleet', [cluster('c2'), assignment('c2', b2), inlineListener('main', port, 'c2')])
    await removed
    await load.further(1000)
    const { calls, failures } = await load.stop()
    t.comment(`${failures.length} of ${calls} calls failed: ${failures[0] ?? ''}`)
    t.equal(failures.length > 0, fails)
    t.same(
      (await envoy.admin.dynamicClusters()).map(({ name }) => name),
      ['c2'],
    )
  })
}

t.test('X42: mode, upstream and routes change in one PATCH under load, and no call fails', async (t) => {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const fleets = new Map([['edge', 1]])
  const {
    rest,
    fleets: nodes,
    backends,
  } = await startTestbed(group, {
    folder: testFolder(t),
    fleets,
    backends: 3,
    drainSeconds: 4,
  })
  const [node] = nodes.get('edge') ?? []
  if (node === undefined) throw new Error('the fleet has an Envoy')
  const endpoints = Object.fromEntries(backends.map(({ id, address }) => [id, { address }]))
  const moved = (mode: 'l4' | 'l7', before: string, after: string) => ({
    upstreams: { [before]: null, [after]: { endpoints } },
    routes: {
      [before]: null,
      [after]: { hosts: ['*'], rules: { all: { match: {}, to: { [after]: 100 } } } },
    },
    fleets: {
      edge: { lb: { mode }, listeners: { main: { l4: { upstream: after }, l7: { routes: after } } } },
    },
  })
  await rest.patchConfig(moved('l7', 'public', 'first'))
  await rest.patchConfig({ upstreams: { echo: null } })
  const load = startConnections(t, node.target)
  await load.further(200)
  for (const [mode, before, after] of [
    ['l4', 'first', 'second'],
    ['l7', 'second', 'third'],
  ] as const) {
    t.match(await rest.patchConfig(moved(mode, before, after)), { outcome: 'synced' })
    // At L4 only the backend can ask a client to leave.
    if (mode === 'l7') await Promise.all(backends.map(({ drain }) => drain()))
    let names: readonly string[] = [before]
    while (names.includes(before)) {
      await load.further(50)
      names = (await node.envoy.admin.dynamicClusters()).map(({ name }) => name)
    }
    await load.further(200)
  }
  const { calls, failures } = await load.stop()
  t.comment(`${calls} calls`)
  t.same(failures, [])
})
