// Calls that wait until a group is in sync. After an event, only the node of the event is looked at again.

import type { NodeStatus, SyncReport } from './status.ts'

/** The nodes that a waiter looks at. */
export interface Nodes {
  /** Ids of the nodes of a group that have a stream open. */
  connected(group: string): readonly string[]
  describe(group: string, node: string): NodeStatus
}

interface Waiter {
  readonly group: string
  readonly behind: Set<string>
  /** Nodes that left with unanswered responses since the wait began. */
  readonly left: Set<string>
  readonly settle: (outcome: SyncReport['outcome']) => void
}

export class SyncWaiters {
  readonly #nodes: Nodes
  readonly #waiters = new Set<Waiter>()

  constructor(nodes: Nodes) {
    this.#nodes = nodes
  }

  /** Never rejects: a NACK is data, and so is the end of the wait by `signal`. */
  wait(group: string, signal?: AbortSignal): Promise<SyncReport> {
    return new Promise((resolve) => {
      const settle = (outcome: SyncReport['outcome']) => {
        this.#waiters.delete(waiter)
        signal?.removeEventListener('abort', giveUp)
        const left = [...waiter.left].map((node) => this.#nodes.describe(group, node))
        resolve({ outcome, nodes: this.#describeAll(group), left })
      }
      const giveUp = () => settle(this.#nodes.connected(group).length === 0 ? 'unverified' : 'pending')
      const waiter: Waiter = { group, behind: new Set(), left: new Set(), settle }
      this.#waiters.add(waiter)
      signal?.addEventListener('abort', giveUp)
      this.#lookAtAll(waiter)
      if (signal?.aborted && this.#waiters.has(waiter)) giveUp()
    })
  }

  /** Something happened to one node. */
  nodeChanged(group: string, node: string): void {
    if (this.#waiters.size === 0) return
    for (const waiter of this.#waiters) if (waiter.group === group) this.#lookAt(waiter, node)
  }

  /** The group is served something else. */
  groupChanged(group: string): void {
    for (const waiter of this.#waiters) if (waiter.group === group) this.#lookAtAll(waiter)
  }

  #lookAtAll(waiter: Waiter): void {
    const described = this.#describeAll(waiter.group)
    waiter.behind.clear()
    for (const { id, state } of described) if (state !== 'SYNCED') waiter.behind.add(id)
    if (described.length === 0) waiter.settle('unverified')
    else if (described.some(({ state }) => state === 'NACKED')) waiter.settle('nacked')
    else if (waiter.behind.size === 0) waiter.settle('synced')
  }

  #lookAt(waiter: Waiter, node: string): void {
    const { connected, state, left } = this.#nodes.describe(waiter.group, node)
    if (left === undefined) waiter.left.delete(node)
    else waiter.left.add(node)
    if (connected && state !== 'SYNCED') waiter.behind.add(node)
    else waiter.behind.delete(node)
    if (state === 'NACKED') waiter.settle('nacked')
    // Look at the others once more: a node that was in sync may have fallen behind since.
    else if (waiter.behind.size === 0) this.#lookAtAll(waiter)
  }

  #describeAll(group: string): NodeStatus[] {
    return this.#nodes.connected(group).map((node) => this.#nodes.describe(group, node))
  }
}
