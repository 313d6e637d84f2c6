// The open connections of nodes, as far as access logs tell: from the first call to the end, with the content that each of them keeps.

import { CLUSTER_TAG, LISTENER_TAG } from '../switches/access-log/content-mark.ts'
import type { LogEntry } from './log-entry.ts'

/** Of all nodes. Nodes choose how many they have, so they must not fill the memory. */
const MAX_CONNECTIONS = 100_000
/** Of one node. Both streams are sent within a second. */
const MAX_CLOSED = 1_000

/** A connection keeps its listener for as long as it lives, and in mode l4 its cluster too. Each call of mode l7 has the newest cluster. */
type KeptMarks = readonly string[]

class NodeConnections {
  readonly open = new Map<string, KeptMarks>()
  /** When the last of them ended, oldest first: calls come by another stream than ends, so one may come after the end. */
  readonly #closed = new Map<string, number>()

  close(connection: string, at: number): void {
    this.#closed.delete(connection)
    this.#closed.set(connection, at)
    const [oldest = ''] = this.#closed.keys()
    if (this.#closed.size > MAX_CLOSED) this.#closed.delete(oldest)
  }

  wasClosed(connection: string, at: number): boolean {
    return at <= (this.#closed.get(connection) ?? Number.NEGATIVE_INFINITY)
  }
}

export class OpenConnections {
  /** By fleet and node. */
  readonly #fleets = new Map<string, Map<string, NodeConnections>>()
  readonly #limit: number
  #size = 0

  constructor(limit = MAX_CONNECTIONS) {
    this.#limit = limit
  }

  take(fleet: string, node: string, { kind, connection, tags, at }: LogEntry): void {
    const ofNode = this.#ofNode(fleet, node)
    if (kind === 'closed') {
      if (ofNode.open.delete(connection)) this.#size -= 1
      ofNode.close(connection, at)
    }
    if (kind === 'closed' || kind === 'ended' || ofNode.wasClosed(connection, at)) return
    const names = kind === 'connected' ? [LISTENER_TAG, CLUSTER_TAG] : [LISTENER_TAG]
    if (!ofNode.open.has(connection)) {
      if (this.#size >= this.#limit) return
      this.#size += 1
    }
    ofNode.open.set(
      connection,
      names.flatMap((name) => tags.get(name) ?? []),
    )
  }

  nodesOf(fleet: string): Iterable<string> {
    return this.#fleets.get(fleet)?.keys() ?? []
  }

  /** How many keep one of the marks. */
  countOf(fleet: string, node: string, marks: ReadonlySet<string>): number {
    if (marks.size === 0) return 0
    let count = 0
    for (const kept of this.#fleets.get(fleet)?.get(node)?.open.values() ?? []) {
      if (kept.some((mark) => marks.has(mark))) count += 1
    }
    return count
  }

  forget(fleet: string, node: string): void {
    const ofFleet = this.#fleets.get(fleet)
    this.#size -= ofFleet?.get(node)?.open.size ?? 0
    ofFleet?.delete(node)
    if (ofFleet?.size === 0) this.#fleets.delete(fleet)
  }

  #ofNode(fleet: string, node: string): NodeConnections {
    const ofFleet = this.#fleets.get(fleet) ?? new Map<string, NodeConnections>()
    this.#fleets.set(fleet, ofFleet)
    const ofNode = ofFleet.get(node) ?? new NodeConnections()
    ofFleet.set(node, ofNode)
    return ofNode
  }
}
