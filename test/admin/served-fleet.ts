// What the admin's tests stand on: the sample configuration in a real cache behind a real xDS server, and the admin over it.

import { createAdmin } from '../../control-plane/admin/admin.ts'
import { DesiredState } from '../../control-plane/config/desired-state.ts'
import { publishTo } from '../../control-plane/control-plane.ts'
import { SnapshotCache, startXdsServer } from '../../control-plane/index.ts'
import { AnsweringNode } from '../support/answering-node.ts'
import { sampleWith } from '../support/sample-config.ts'
import type { Teardown } from '../support/xds-client.ts'

export async function serveFleet(t: Teardown) {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const state = new DesiredState(sampleWith({}), publishTo(cache))
  const xds = await startXdsServer({ cache, address: '127.0.0.1:0' })
  t.teardown(() => xds.close())
  const admin = createAdmin({ state, acks: cache })
  t.teardown(() => admin.close())

  /** A node of the fleet "edge"; resolves once it has ACKed all that it is served. */
  const connectNode = async (id: string): Promise<AnsweringNode> => {
    const opened = new Promise<void>((resolve) => {
      const stop = cache.onEvent((event) => {
        if (event.kind !== 'opened' || event.node !== id) return
        stop()
        resolve()
      })
    })
    const node = new AnsweringNode(t, xds.address, { id, cluster: 'edge' })
    await opened
    await cache.synced('edge')
    return node
  }

  const putLb = (body: unknown, query = '') =>
    admin.inject({ method: 'PUT', url: `/v1/fleets/edge/lb${query}`, payload: body as object })

  return { admin, cache, state, connectNode, putLb }
}
