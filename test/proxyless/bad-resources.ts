// Resources that no document can lead to, because its validation comes first. The library serves them to the row's client.

import { SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import { apiListener, assignment, badCluster, cluster, routes } from '../support/resources.ts'
import { FLEET, LISTENER } from './document.ts'
import type { World } from './world.ts'

const UPSTREAM = 'upstream'

export interface BadResources {
  readonly xdsAddress: string
  /** Serves a cluster with EDS and without its config source. @returns the cause of the client's NACK */
  readonly breakCluster: () => Promise<string>
  /** Serves a good cluster again, with another backend. */
  readonly replaceEndpoints: (id: 'b1' | 'b2') => Promise<void>
}

/** At first, calls go to b1. */
export async function serveBadCluster(world: World): Promise<BadResources> {
  const endpoints = await world.endpoints('b1', 'b2')
  const resources = (id: 'b1' | 'b2', one = cluster(UPSTREAM)) => {
    const load = assignment(UPSTREAM, Number(endpoints[id].address.split(':').at(-1)))
    // gRPC ignores localities without a weight.
    for (const locality of load.endpoints) {
      locality.locality = { $typeName: 'envoy.config.core.v3.Locality', region: 'r', zone: '', subZone: '' }
      locality.loadBalancingWeight = 1
    }
    return [apiListener(LISTENER), routes(LISTENER, UPSTREAM), one, load]
  }
  const cache = new SnapshotCache({ consistency: 'enforce' })
  cache.setSnapshot(FLEET, resources('b1'))
  const server = await startXdsServer({ cache, address: '127.0.0.1:0' })
  world.teardown(() => server.close())
  return {
    xdsAddress: server.address,
    async breakCluster() {
      const cause = new Promise<string>((resolve) => {
        const stop = cache.onEvent((event) => {
          if (event.kind !== 'nacked') return
          stop()
          resolve(event.nack.message)
        })
      })
      cache.setSnapshot(FLEET, resources('b1', badCluster(UPSTREAM)))
      return await cause
    },
    async replaceEndpoints(id) {
      cache.setSnapshot(FLEET, resources(id))
      await cache.synced(FLEET)
    },
  }
}
