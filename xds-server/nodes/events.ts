// What the cache tells those who watch it: one event for each thing that happens to a node, a stream, or a snapshot.

import type { Nack, StreamStatus } from './status.ts'

interface OfStream {
  readonly node: string
  readonly group: string
  readonly stream: StreamStatus
}

interface OfResponse extends OfStream {
  readonly typeUrl: string
  readonly version: string
  readonly nonce: string
}

export type XdsEvent =
  | { readonly kind: 'snapshot'; readonly group: string; readonly versions: Readonly<Record<string, string>> }
  | { readonly kind: 'cleared'; readonly group: string }
  | ({ readonly kind: 'opened' } & OfStream)
  | ({ readonly kind: 'closed' } & OfStream)
  | ({
      readonly kind: 'subscribed'
      readonly typeUrl: string
      readonly names: number
      readonly wildcard: boolean
    } & OfStream)
  /** The client asks for a type of which the snapshot has nothing, and of which Switchyard knows nothing either. */
  | ({ readonly kind: 'unserved'; readonly typeUrl: string; readonly message: string } & OfStream)
  | ({ readonly kind: 'sent'; readonly resources: number; readonly removed: number } & OfResponse)
  | ({ readonly kind: 'acked' } & OfResponse)
  | ({ readonly kind: 'nacked'; readonly nack: Nack } & OfResponse)
  /** A request that answers a response which is not the last one. */
  | ({ readonly kind: 'stale'; readonly typeUrl: string; readonly nonce: string } & OfStream)
  /** A request that ended its stream, with what was wrong with it. */
  | { readonly kind: 'refused'; readonly peer: string; readonly code: number; readonly message: string }
