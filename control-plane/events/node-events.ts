// The events `node` and `nodes`: the status of nodes that have changed, at most four times a second for each.

import type { NodeEvent } from '../../api/schemas/events.ts'
import type { NodeStatus, SnapshotCache, TypeStatus, XdsEvent } from '../../xds-server/index.ts'
import type { EventHub, EventSource } from './event-hub.ts'
import { Throttle } from './throttle.ts'

const INTERVAL_MS = 250
/** Nodes that are looked at before other work has its turn, which is also what one event holds. */
const BATCH = 100
/** Up to this many nodes, each has an event of its own. */
const FEW = 5
/** Names of a NACK that an event shows. */
const MAX_NAMES = 100

type NodeKey = Pick<NodeStatus, 'group' | 'id'>

export function nodeEvents(
  hub: Pick<EventHub, 'publish'>,
  cache: Pick<SnapshotCache, 'onEvent' | 'status' | 'nodeStatus'>,
): EventSource {
  return () => {
    const changed = new Map<string, NodeKey>()
    /** What readers know of each node, by its key. */
    const published = new Map<string, string>()
    let isStopped = false

    const note = (node: NodeKey) => changed.set(JSON.stringify([node.group, node.id]), node)
    const takeBatch = (): readonly NodeEvent[] => {
      const batch: NodeEvent[] = []
      for (const [key, { group, id }] of changed) {
        changed.delete(key)
        const event = toNodeEvent(cache.nodeStatus(group, id))
        const text = JSON.stringify(event)
        if (published.get(key) === text) continue
        published.set(key, text)
        batch.push(event)
        if (batch.length === BATCH) break
      }
      return batch
    }
    const publishAll = () => {
      const batch = takeBatch()
      if (batch.length > FEW) hub.publish('nodes', batch)
      else for (const event of batch) hub.publish('node', event)
      // Between two batches, sockets are written to and ACKs are read.
      if (changed.size > 0 && batch.length === BATCH && !isStopped) setImmediate(publishAll)
    }
    const throttle = new Throttle(() => INTERVAL_MS, publishAll)
    const stop = cache.onEvent((event) => {
      // A new snapshot changes the status of every node of the group, before anything is sent.
      if (event.kind === 'snapshot' || event.kind === 'cleared') cache.status(event.group).forEach(note)
      else if (isAboutNode(event)) note({ group: event.group, id: event.node })
      else return
      throttle.request()
    })
    return () => {
      isStopped = true
      stop()
      throttle.stop()
    }
  }
}

function isAboutNode(event: XdsEvent): event is XdsEvent & { readonly node: string; readonly group: string } {
  return 'node' in event
}

export function toNodeEvent({ id, group, connected, state, types }: NodeStatus): NodeEvent {
  return {
    id,
    fleet: group,
    connected,
    state,
    types: Object.fromEntries(Object.entries(types).map(([typeUrl, type]) => [typeUrl, toTypeEvent(type)])),
  }
}

function toTypeEvent({ state, sentVersion, ackedVersion, nack }: TypeStatus): NodeEvent['types'][string] {
  return {
    state,
    ...(sentVersion !== undefined && { sentVersion }),
    ...(ackedVersion !== undefined && { ackedVersion }),
    ...(nack && { nack: { ...nack, names: nack.names.slice(0, MAX_NAMES) } }),
  }
}
