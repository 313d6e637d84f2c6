// A stream without a wire: a test says by hand how its types stand, and sees what the cache hands to it.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import type { SnapshotCache } from '../../xds-server/cache/snapshot-cache.ts'
import type { AnsweredResponse, Watch, WatchReport } from '../../xds-server/cache/watch.ts'
import type { StreamStatus, SyncState, TypeView } from '../../xds-server/nodes/status.ts'
import type { Snapshot } from '../../xds-server/snapshot/snapshot.ts'

export const STREAM: StreamStatus = { id: 1, protocol: 'delta', aggregated: true, peer: '127.0.0.1:1' }

/** How a type stands on a stream; by default all of it is asked for. */
export function view(
  state: SyncState,
  names: readonly string[] | '*' = '*',
  rest: Partial<TypeView> = {},
): TypeView {
  const wildcard = names === '*'
  return { state, wildcard, names: new Set(wildcard ? [] : names), ...rest }
}

/** What became of a response that carried these names. */
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
  /** What the cache handed over since the stream opened, the newest last. */
  readonly snapshots: (Snapshot | undefined)[] = []
  /** How often it was asked how its types stand. */
  looks = 0
  #types: ReadonlyMap<string, TypeView> = new Map()

  constructor(
    cache: SnapshotCache,
    node: MessageInitShape<typeof NodeSchema> = { id: 'n1', cluster: 'fleet' },
    stream: StreamStatus = STREAM,
  ) {
    this.watch = cache.watch({
      node: create(NodeSchema, node),
      stream,
      describe: () => {
        this.looks += 1
        return this.#types
      },
      onSnapshot: (snapshot) => this.snapshots.push(snapshot),
    })
  }

  /** Changes how the types stand, and tells the cache that something happened. */
  become(types: Readonly<Record<string, TypeView>>): void {
    this.#types = new Map(Object.entries(types))
    const [typeUrl = ''] = this.#types.keys()
    this.report({ kind: 'stale', typeUrl, nonce: '0' })
  }

  report(...reports: readonly WatchReport[]): void {
    this.watch.report(reports)
  }

  close(): void {
    this.watch.close([])
  }
}
