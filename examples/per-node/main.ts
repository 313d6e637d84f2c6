// A control plane that serves each node its own content, made from what the node says about itself.

import { SnapshotCache, startXdsServer } from 'switchyard'
import type { Node } from 'switchyard/protos/envoy/config/core/v3/base_pb.js'
import { listenerOf, routesOf } from '../resources.ts'

const [address = '127.0.0.1:18000', listenerPort = '10000'] = process.argv.slice(2)

/** The connected nodes by id, as they introduced themselves. */
const nodes = new Map<string, Node>()

const cache = new SnapshotCache({
  consistency: 'enforce',
  // A group of its own for each node. The server asks for the group when a stream opens.
  nodeGroup: (node) => {
    nodes.set(node.id, node)
    return node.id
  },
})

cache.onEvent((event) => {
  if (event.kind === 'opened') {
    const node = nodes.get(event.node)
    if (node !== undefined) cache.setSnapshot(node.id, resourcesFor(node))
  }
  if (event.kind === 'closed' && !cache.nodeStatus(event.group, event.node).connected) {
    nodes.delete(event.node)
    cache.clearSnapshot(event.group)
    console.log(`${event.node} has left`)
  }
})

/** A listener that answers with the id and the zone of its node. */
function resourcesFor({ id, locality }: Node) {
  const inlineString = `${id} in ${locality?.zone || 'no zone'}\n`
  const greeting = { directResponse: { status: 200, body: { inlineString } } }
  return [listenerOf('web', Number(listenerPort)), routesOf('web', greeting)]
}

const server = await startXdsServer({ cache, address })
console.log(`xDS on ${server.address}`)
