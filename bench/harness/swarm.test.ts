// Streams that the server ends: the swarm opens them again and says how many, as long as nothing is measured.

import t from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { requireTool } from '../../test/support/requirements.ts'
import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { createBenchmarkResources } from '../servers/resources.ts'
import { buildSwarm } from './go-tools.ts'
import { startSwarm } from './swarm.ts'

const GROUP = 'bench'
const STREAMS = 5

for (const mode of ['sotw', 'delta'] as const) {
  t.test(`${mode}: each stream that ends in the first sync is opened again and counted`, async (t) => {
    if (!requireTool(t, 'go')) return
    const cache = new SnapshotCache({ nodeGroup: () => GROUP })
    cache.setSnapshot(GROUP, createBenchmarkResources(3))
    const server = await startXdsServer({ cache, address: '127.0.0.1:0', warmUp: false })
    const group = new ProcessGroup()
    t.teardown(async () => {
      await group.stop()
      await server.close()
    })
    const ended = new Set<string>()
    // In the middle of the first sync: they have asked for clusters, and not yet for listeners.
    cache.onEvent((event) => {
      if (event.kind !== 'acked' || ended.has(event.node)) return
      ended.add(event.node)
      server.disconnect(GROUP, event.node)
    })
    const swarm = await startSwarm(
      group,
      buildSwarm(),
      { xds: server.address, bumpUrl: '' },
      { streams: STREAMS, mode, rounds: 1, settleMs: 50 },
    )
    t.match(swarm.firstSync, { converged: true, clients_got: STREAMS, reopened: STREAMS })
    t.match(swarm.firstSync.first_lost, /^client \d: /)
  })
}

t.test('a server that rejects all streams is an error at once, with its reason', async (t) => {
  if (!requireTool(t, 'go')) return
  const server = await startXdsServer({
    cache: new SnapshotCache(),
    address: '127.0.0.1:0',
    warmUp: false,
    authorize: () => 'no node may be served',
  })
  const group = new ProcessGroup()
  t.teardown(async () => {
    await group.stop()
    await server.close()
  })
  const to = { xds: server.address, bumpUrl: '' }
  await t.rejects(
    startSwarm(group, buildSwarm(), to, { streams: 1, mode: 'delta', rounds: 1, settleMs: 50 }),
    {
      message: /no node may be served/,
    },
  )
})
