// The library in several processes that share a port, by the recipe of the examples, with the resources of `gcp-peer`.

import cluster from 'node:cluster'
import { SnapshotCache } from 'switchyard'
import { ServingProcesses, serveWhatIsSent } from '../../examples/several-processes/serving-processes.ts'
import { freePort } from '../../processes/free-port.ts'
import { serveBenchmark } from './control-socket.ts'
import { createAssignment, createBenchmarkResources } from './resources.ts'

const GROUP = 'bench'

const cache = new SnapshotCache({ nodeGroup: () => GROUP })
if (cluster.isPrimary) {
  await serveBenchmark(async (size, processes) => {
    cache.setSnapshot(GROUP, createBenchmarkResources(size))
    cluster.setupPrimary({ args: [`127.0.0.1:${await freePort()}`] })
    const serving = new ServingProcesses(cache, GROUP)
    const address = await serving.start(processes)
    let generation = 0
    const bump = () => {
      const index = generation % size
      generation += 1
      void serving.update({ upsert: [createAssignment(index, generation)] })
    }
    return { address, bump }
  })
} else {
  const [, , address = ''] = process.argv
  serveWhatIsSent({ cache, address }, GROUP)
}
