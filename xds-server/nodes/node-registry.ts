// The connected and recently disconnected nodes, with their streams.

import type { ExternalNames } from '../snapshot/consistency.ts'
import type { ErrorDetail } from '../snapshot/resource-error.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { NodeStreams, type StreamSource } from './node-streams.ts'
import type { ClientView } from './resource-view.ts'
import type { NodeStatus } from './status.ts'

interface NodeRecord {
  readonly id: string
  readonly group: string
  readonly streams: NodeStreams
}

/** A stream that is registered. */
export interface Registration {
  /** The client has sent something on it. Returns whether it counted as replaced until now. */
  readonly heard: () => boolean
  /** A newer stream of the client probably continues it, although it has not ended yet. */
  readonly isReplaced: () => boolean
  /** The stream has ended. */
  readonly remove: () => void
}

/** Why a group lacks a name. */
export type ExplainIn = (group: string, typeUrl: string, name: string) => ErrorDetail

/** Disconnected nodes that are remembered. The one that disconnected first is forgotten first. */
const MAX_GONE = 1_000

export class NodeRegistry {
  readonly #external: ExternalNames | undefined
  readonly #explain: ExplainIn | undefined
  readonly #groups = new Map<string, Map<string, NodeRecord>>()
  readonly #gone = new Map<string, NodeRecord>()

  /**
   * @param external names that clients have from their bootstraps
   * @param explain makes the errors of missing names for the status
   */
  constructor(external?: ExternalNames, explain?: ExplainIn) {
    this.#external = external
    this.#explain = explain
  }

  /** @param continues whether the client had a stream before, because it reports versions */
  add(group: string, id: string, stream: StreamSource, continues = false): Registration {
    const nodes = this.#groups.get(group) ?? new Map<string, NodeRecord>()
    this.#groups.set(group, nodes)
    const record = nodes.get(id) ?? { id, group, streams: new NodeStreams(this.#external) }
    nodes.set(id, record)
    record.streams.add(stream, continues)
    this.#gone.delete(keyOf(group, id))
    return {
      heard: () => record.streams.heard(stream),
      isReplaced: () => record.streams.isReplaced(stream),
      remove: () => this.#remove(record, stream),
    }
  }

  groups(): readonly string[] {
    return [...this.#groups.keys()]
  }

  nodes(group: string): readonly string[] {
    return [...(this.#groups.get(group)?.keys() ?? [])]
  }

  connected(group: string): readonly string[] {
    return [...(this.#groups.get(group)?.values() ?? [])]
      .filter(({ streams }) => streams.isConnected)
      .map(({ id }) => id)
  }

  describe(group: string, id: string): NodeStatus {
    const streams = this.#groups.get(group)?.get(id)?.streams ?? new NodeStreams()
    const explain = this.#explain
    return streams.describe(id, group, explain && ((typeUrl, name) => explain(group, typeUrl, name)))
  }

  /** What a node is served. Undefined if it is not connected. */
  snapshot(group: string, id: string): Snapshot | undefined {
    return this.#groups.get(group)?.get(id)?.streams.snapshot()
  }

  /** Every connected client. */
  clientViews(): readonly ClientView[] {
    return [...this.#groups.values()].flatMap((nodes) =>
      [...nodes.values()].flatMap(({ group, streams }) => streams.clientViews(group)),
    )
  }

  #remove(record: NodeRecord, stream: StreamSource): void {
    if (!record.streams.remove(stream)) return
    this.#gone.set(keyOf(record.group, record.id), record)
    const [oldest] = this.#gone.values()
    if (this.#gone.size > MAX_GONE && oldest !== undefined) this.#forget(oldest)
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
