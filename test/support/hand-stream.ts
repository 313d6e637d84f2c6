// A stream without a transport: a test sets the state of its types, and sees what the cache hands to it.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { type SnapshotCache, servingOf } from '../../xds-server/cache/snapshot-cache.ts'
import type {
  AnsweredResponse,
  UnackedResponse,
  Watch,
  WatchReport,
  WatchSource,
} from '../../xds-server/cache/watch.ts'
import type { ResourceView } from '../../xds-server/nodes/resource-view.ts'
import type { StreamInfo, SyncState, TypeView } from '../../xds-server/nodes/status.ts'
import type { Snapshot } from '../../xds-server/snapshot/snapshot.ts'

export const STREAM: StreamInfo = {
  id: 1,
  protocol: 'delta',
  aggregated: true,
  peer: '127.0.0.1:1',
  openedAt: '2026-01-01T00:00:00.000Z',
}

/** The state of a type on a stream. Default: the wildcard. */
export function view(
  state: SyncState,
  names: readonly string[] | '*' = '*',
  rest: Partial<TypeView> = {},
): TypeView {
  const wildcard = names === '*'
  return { state, wildcard, names: new Set(wildcard ? [] : names), ...rest }
}

/** The outcome of a response with these names. */
export function response(
  names: readonly string[],
  rest: { readonly changedResources?: readonly string[]; readonly removed?: readonly string[] } = {},
): AnsweredResponse {
  const named = (list: readonly string[]) =>
    list.map((name) => ({ typeUrl: '', name, version: '', value: new Uint8Array(), references: [] }))
  const { changedResources = names, removed = [] } = rest
  return {
    version: 'v1',
    nonce: '1',
    resources: named(names),
    changedResources: named(changedResources),
    removed,
  }
}

export class HandStream {
  readonly watch: Watch
  /** What the client has not answered. */
  unacked: readonly UnackedResponse[] = []
  /** What is known of each of its resources. */
  resources: readonly ResourceView[] = []
  /** What the cache has handed to the stream, the newest last. */
  readonly snapshots: (Snapshot | undefined)[] = []
  /** The client may still ask for listeners. */
  isStarting = true
  /** How often the cache has read the state of its types. */
  looks = 0
  #types: ReadonlyMap<string, TypeView> = new Map()

  constructor(
    cache: SnapshotCache,
    node: MessageInitShape<typeof NodeSchema> = { id: 'n1', cluster: 'fleet' },
    stream: StreamInfo = STREAM,
    more: Partial<Pick<WatchSource, 'typeUrl' | 'reportsNoVersions'>> = {},
  ) {
    this.watch = servingOf(cache).watch({
      node: create(NodeSchema, node),
      stream,
      reportsNoVersions: true,
      ...more,
      unacked: () => this.unacked,
      isStarting: () => this.isStarting,
      describe: () => {
        this.looks += 1
        return this.#types
      },
      describeResources: () => this.resources,
      onSnapshot: (snapshot) => this.snapshots.push(snapshot),
    })
  }

  /** Changes the state of the types, and notifies the cache. */
  become(types: Readonly<Record<string, TypeView>>): void {
    this.#types = new Map(Object.entries(types))
    const [typeUrl = ''] = this.#types.keys()
    this.report({ kind: 'stale', typeUrl, nonce: '0' })
  }

  report(...reports: readonly WatchReport[]): void {
    this.watch.report(reports)
  }

  close(): void {
    this.watch.close()
  }
}
