// The events of the cache: one for each thing that happens to a node, a stream or a snapshot.

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
  /** The client subscribes to a type that nobody serves: it would wait for it forever. `message` says how to fix it. */
  | ({ readonly kind: 'unserved'; readonly typeUrl: string; readonly message: string } & OfStream)
  | ({ readonly kind: 'sent'; readonly resources: number; readonly removed: number } & OfResponse)
  | ({ readonly kind: 'acked' } & OfResponse)
  | ({ readonly kind: 'nacked'; readonly nack: Nack } & OfResponse)
  /** A stale request: its nonce is not that of the last response. */
  | ({ readonly kind: 'stale'; readonly typeUrl: string; readonly nonce: string } & OfStream)
  /** A request was rejected, which ended its stream with this gRPC status code and message. */
  | { readonly kind: 'rejected'; readonly peer: string; readonly code: number; readonly message: string }
