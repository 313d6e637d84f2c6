// Makes an Envoy reject a change: a listener on a port that somebody else holds.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { SwitchyardError } from '../../../../core/errors.ts'
import { LISTENER } from '../../../../testbed/document.ts'
import type { ObservedEdge } from '../observed-edge.ts'

/** Resolves when the control plane has answered that the Envoy NACKs; the revision is rolled back by then. */
export async function provokeNack({ testbed, node }: ObservedEdge): Promise<void> {
  const holder = createServer().listen(0, node.envoy.address)
  await once(holder, 'listening')
  const address = holder.address()
  const port = typeof address === 'object' ? address?.port : undefined
  try {
    await testbed.rest.patchConfig({ fleets: { edge: { listeners: { [LISTENER]: { port } } } } })
    throw new SwitchyardError('internal', 'Envoy took a listener on a port that is in use')
  } catch (error) {
    if (SwitchyardError.from(error).code !== 'nacked') throw error
  } finally {
    holder.close()
  }
}
