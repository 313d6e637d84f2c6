// The bare library for gRPC clients: N targets. Every change is one of the first of them.

import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { serveBenchmark } from './control-socket.ts'
import { createAssignment } from './resources.ts'
import { createTargets } from './targets.ts'

const GROUP = 'bench'

await serveBenchmark(async (size) => {
  const cache = new SnapshotCache({ nodeGroup: () => GROUP })
  cache.setSnapshot(GROUP, createTargets(size))
  const { address } = await startXdsServer({ cache, address: '127.0.0.1:0' })
  let generation = 0
  const bump = () => {
    generation += 1
    cache.updateSnapshot(GROUP, { upsert: [createAssignment(0, generation)] })
  }
  return { address, bump }
})
