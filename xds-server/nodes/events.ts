// The events of the cache: one for each thing that happens to a node, a stream or a snapshot.

import type { Nack, PendingStatus, StreamInfo } from './status.ts'

interface OfStream {
  readonly node: string
  readonly group: string
  readonly stream: StreamInfo
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
  /** `pending`: the oldest response of each type that the client left unanswered. It may have crashed on them. */
  | ({ readonly kind: 'closed'; readonly pending: readonly PendingStatus[] } & OfStream)
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
  /**
   * An Envoy that started with clusters has sent nothing for `startTimeMs` and has not asked for listeners. The status takes it for
   * one without dynamic listeners from now on.
   */
  | ({ readonly kind: 'started' } & OfStream)
  /** The client has not answered this response within `answerTimeoutMs`, which ended its stream. */
  | ({ readonly kind: 'overdue' } & PendingStatus & OfStream)
  /** A request was rejected, which ended its stream with this gRPC status code and message. */
  | { readonly kind: 'rejected'; readonly peer: string; readonly code: number; readonly message: string }
  /**
   * The server failed, not a client: an option or the NACK log threw `error`, or the stream's own code did. `peer`: the stream of
   * this peer ended with `INTERNAL`. `message` says what to do.
   */
  | {
      readonly kind: 'fault'
      readonly source: FaultSource
      readonly message: string
      readonly error: unknown
      readonly peer?: string
    }

export type FaultSource = 'nodeGroup' | 'listenerAddress' | 'authorize' | 'nackLog' | 'stream'
