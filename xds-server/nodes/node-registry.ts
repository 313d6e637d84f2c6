// The connected and recently disconnected nodes, with their streams.

import type { Snapshot } from '../snapshot/snapshot.ts'
import {
  describeTypes,
  type NodeStatus,
  type StreamStatus,
  stateOf,
  type TypeStatus,
  type TypeView,
} from './status.ts'

/** A stream as the registry sees it: the registry reads from it and never changes it. */
export interface StreamSource {
  readonly status: StreamStatus
  readonly snapshot: () => Snapshot | undefined
  readonly describe: () => ReadonlyMap<string, TypeView>
  readonly isPinned?: () => boolean
}

interface NodeRecord {
  readonly id: string
  readonly group: string
  readonly streams: Set<StreamSource>
  /** The status of its types when its last stream ended. */
  last: Readonly<Record<string, TypeStatus>>
}

/** Disconnected nodes that are remembered. The one that disconnected first is forgotten first. */
const MAX_GONE = 1_000

export class NodeRegistry {
  readonly #groups = new Map<string, Map<string, NodeRecord>>()
  readonly #gone = new Map<string, NodeRecord>()

  add(group: string, id: string, stream: StreamSource): void {
    const nodes = this.#groups.get(group) ?? new Map<string, NodeRecord>()
    this.#groups.set(group, nodes)
    const record = nodes.get(id) ?? { id, group, streams: new Set(), last: {} }
    nodes.set(id, record)
    record.streams.add(stream)
    this.#gone.delete(keyOf(group, id))
  }

  remove(group: string, id: string, stream: StreamSource): void {
    const record = this.#groups.get(group)?.get(id)
    if (record === undefined || !record.streams.delete(stream) || record.streams.size > 0) return
    const types = describeTypes([stream.describe()], stream.snapshot())
    record.last = Object.fromEntries(
      Object.entries(types).map(([typeUrl, type]) => [typeUrl, { ...type, state: 'DISCONNECTED' as const }]),
    )
    this.#gone.set(keyOf(group, id), record)
    const [oldest] = this.#gone.values()
    if (this.#gone.size > MAX_GONE && oldest !== undefined) this.#forget(oldest)
  }

  groups(): readonly string[] {
    return [...this.#groups.keys()]
  }

  nodes(group: string): readonly string[] {
    return [...(this.#groups.get(group)?.keys() ?? [])]
  }

  connected(group: string): readonly string[] {
    return [...(this.#groups.get(group)?.values() ?? [])]
      .filter(({ streams }) => streams.size > 0)
      .map(({ id }) => id)
  }

  describe(group: string, id: string): NodeStatus {
    const record = this.#groups.get(group)?.get(id)
    const streams = [...(record?.streams ?? [])]
    const [first] = streams
    if (first === undefined) {
      return { id, group, connected: false, state: 'DISCONNECTED', streams: [], types: record?.last ?? {} }
    }
    const types = describeTypes(
      streams.map((stream) => stream.describe()),
      first.snapshot(),
    )
    return {
      id,
      group,
      connected: true,
      state: stateOf(types),
      streams: streams.map(({ status }) => status),
      types,
      ...(streams.some((stream) => stream.isPinned?.()) && { pinned: true as const }),
    }
  }

  #forget({ group, id }: NodeRecord): void {
    this.#gone.delete(keyOf(group, id))
    const nodes = this.#groups.get(group)
    nodes?.delete(id)
    if (nodes?.size === 0) this.#groups.delete(group)
  }
}

function keyOf(group: string, id: string): string {
  return JSON.stringify([group, id])
}
