// The server under test: the bare library, with the resources of `gcp-peer`.

import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { serveBenchmark } from './control-socket.ts'
import { createAssignment, createBenchmarkResources } from './resources.ts'

const GROUP = 'bench'

await serveBenchmark(async (size) => {
  const cache = new SnapshotCache({ nodeGroup: () => GROUP })
  cache.setSnapshot(GROUP, createBenchmarkResources(size))
  const { address } = await startXdsServer({ cache, address: '127.0.0.1:0' })
  let generation = 0
  const bump = () => {
    const index = generation % size
    generation += 1
    cache.updateSnapshot(GROUP, { upsert: [createAssignment(index, generation)] })
  }
  return { address, bump }
})
