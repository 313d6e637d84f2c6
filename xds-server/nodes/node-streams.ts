// The open streams of one node id: which belong to one client, and which are dead without the server having noticed yet.

import type { ExternalNames } from '../snapshot/consistency.ts'
import type { Explain } from '../snapshot/resource-error.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { type DescribedStream, groupByClient, hostOf } from './clients.ts'
import type { ClientView } from './resource-view.ts'
import {
  type ClientInfo,
  describeTypes,
  mergeClients,
  type NodeStatus,
  type PendingStatus,
  type StreamInfo,
  type StreamStatus,
  type SyncState,
  stateOf,
  type TypeStatus,
  type TypeView,
  worst,
} from './status.ts'

/** A stream as the registry sees it: the registry reads from it and never changes it. */
export interface StreamSource {
  readonly info: StreamInfo
  /** The service, such as ADS. If a stream ends, the client opens another one of the same service. */
  readonly service: string
  /** What the client says it is. */
  readonly client?: ClientInfo
  readonly snapshot: () => Snapshot | undefined
  readonly describe: () => ReadonlyMap<string, TypeView>
  /** The oldest pending response of each type. */
  readonly pending: () => readonly PendingStatus[]
  /** The node as it describes itself, and what is known of each of its resources. */
  readonly clientView: () => Omit<ClientView, 'group'>
  readonly isPinned: () => boolean
  /** The client has just started, and may still subscribe to more types. */
  readonly isStarting?: () => boolean
  /** Called when a newer stream probably continues this one, before the newer one is added. */
  readonly onReplaced: () => void
}

interface OpenStream {
  readonly source: StreamSource
  isReplaced: boolean
}

interface ListedStream extends OpenStream, DescribedStream {
  readonly info: StreamInfo
}

export class NodeStreams {
  readonly #external: ExternalNames | undefined
  /** In the order of the last sign of life, the newest last. */
  readonly #streams = new Map<StreamSource, OpenStream>()
  /** Ended streams by service, without those that a newer one has followed. */
  readonly #ended = new Map<string, number>()
  #left: readonly PendingStatus[] = []
  #client: ClientInfo | undefined
  /** The status of its types when its last stream ended. */
  #last: Readonly<Record<string, TypeStatus>> = {}

  /** @param external names that clients have from their bootstraps */
  constructor(external?: ExternalNames) {
    this.#external = external
  }

  get isConnected(): boolean {
    return this.#streams.size > 0
  }

  /** @param continues whether the client had a stream before, because it reports versions */
  add(source: StreamSource, continues: boolean): void {
    const ended = this.#ended.get(source.service) ?? 0
    if (ended > 0) this.#ended.set(source.service, ended - 1)
    else if (continues) this.#replacePredecessor(source)
    this.#left = []
    this.#client = source.client
    this.#streams.set(source, { source, isReplaced: false })
  }

  /** Removes a stream that has ended. Returns whether it was the last. */
  remove(source: StreamSource): boolean {
    const stream = this.#streams.get(source)
    if (stream === undefined) return false
    if (!stream.isReplaced) {
      this.#ended.set(source.service, (this.#ended.get(source.service) ?? 0) + 1)
      this.#left = source.pending()
    }
    this.#streams.delete(source)
    if (this.isConnected) return false
    const types = this.#describeTypes([{ source, views: source.describe() }])
    this.#last = Object.fromEntries(
      Object.entries(types).map(([typeUrl, type]) => [typeUrl, { ...type, state: 'DISCONNECTED' as const }]),
    )
    return true
  }

  /** The client has sent something on a stream. Returns whether the stream counted as replaced until now. */
  heard(source: StreamSource): boolean {
    const stream = this.#streams.get(source)
    if (stream === undefined) return false
    const wasReplaced = stream.isReplaced
    stream.isReplaced = false
    this.#streams.delete(source)
    this.#streams.set(source, stream)
    return wasReplaced
  }

  isReplaced(source: StreamSource): boolean {
    return this.#streams.get(source)?.isReplaced ?? false
  }

  /** @param explain makes the errors of missing names */
  describe(id: string, group: string, explain?: Explain): NodeStatus {
    const more = {
      ...(this.#client && { client: this.#client }),
      ...(this.#left.length > 0 && { left: this.#left }),
    }
    if (!this.isConnected) {
      return { id, group, connected: false, state: 'DISCONNECTED', streams: [], types: this.#last, ...more }
    }
    const inOrder = this.#inOrder()
    const clients = this.#clientsAmong(inOrder).map((own) => {
      const types = this.#describeTypes(own, explain)
      return { own, types, state: stateOf(types) }
    })
    const stateOfStream = new Map(
      clients.flatMap(({ own, state }) => own.map(({ source }) => [source, state] as const)),
    )
    return {
      id,
      group,
      connected: true,
      state: worst(clients.map(({ state }) => state)),
      streams: inOrder.map(({ source, isReplaced }) =>
        describeStream(source, stateOfStream.get(source) ?? 'DISCONNECTED', isReplaced),
      ),
      types: mergeClients(clients.map(({ types }) => types)),
      ...(inOrder.some(({ source }) => source.isPinned()) && { pinned: true as const }),
      ...more,
    }
  }

  /** What its clients are served. Undefined if none is connected. */
  snapshot(): Snapshot | undefined {
    return this.#clientsAmong(this.#inOrder()).flat()[0]?.source.snapshot()
  }

  /** Each client of the node, with the resources of all its streams. */
  clientViews(group: string): readonly ClientView[] {
    return this.#clientsAmong(this.#inOrder()).flatMap((own) => {
      const views = own.flatMap(({ source }) => source.clientView())
      const [first] = views
      if (first === undefined) return []
      return [{ group, node: first.node, resources: views.flatMap(({ resources }) => resources) }]
    })
  }

  #inOrder(): ListedStream[] {
    const streams = [...this.#streams.values()].map((stream) => ({
      ...stream,
      info: stream.source.info,
      views: stream.source.describe(),
    }))
    return streams.sort((a, b) => a.info.id - b.info.id)
  }

  /** A replaced stream counts only if the client has no other. */
  #clientsAmong(inOrder: readonly ListedStream[]): readonly (readonly ListedStream[])[] {
    const counted = inOrder.filter(({ isReplaced }) => !isReplaced)
    return groupByClient(counted.length > 0 ? counted : inOrder)
  }

  /** The types of one client, from its streams. */
  #describeTypes(
    own: readonly { readonly source: StreamSource; readonly views: ReadonlyMap<string, TypeView> }[],
    explain?: Explain,
  ): Record<string, TypeStatus> {
    return describeTypes(
      own.map(({ views }) => views),
      own[0]?.source.snapshot(),
      {
        ...(this.#external && { external: this.#external }),
        ...(explain && { explain }),
        isStarting: own.some(({ source }) => source.isStarting?.()),
      },
    )
  }

  /**
   * The client has had a stream, and no stream is known to have ended. So one of the open ones is dead, and its connection has not
   * told: one of the same service on another connection, best of the same host, and otherwise the one that was silent for longest.
   */
  #replacePredecessor({ service, info }: StreamSource): void {
    const candidates = [...this.#streams.values()].filter(
      ({ source, isReplaced }) => source.service === service && source.info.peer !== info.peer && !isReplaced,
    )
    const host = hostOf(info.peer)
    const predecessor = candidates.find(({ source }) => hostOf(source.info.peer) === host) ?? candidates[0]
    if (predecessor === undefined) return
    predecessor.isReplaced = true
    predecessor.source.onReplaced()
  }
}

function describeStream(source: StreamSource, state: SyncState, isReplaced: boolean): StreamStatus {
  return {
    ...source.info,
    state,
    pending: source.pending(),
    ...(isReplaced && { replaced: true as const }),
  }
}
