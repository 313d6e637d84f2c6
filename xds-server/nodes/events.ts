// The events of the cache: one for each thing that happens to a node, a stream or a snapshot.

import type { NameList } from './name-list.ts'
import type { Nack, PendingStatus, StreamInfo } from './status.ts'

/**
 * What each event about a stream says.
 *
 * @example
 * ```ts
 * import type { StreamEvent } from 'switchyard'
 *
 * const who = ({ node, group, stream }: StreamEvent) => `${node} of ${group} from ${stream.peer}`
 * cache.onEvent((event) => {
 *   if (event.kind === 'closed') console.log(`${who(event)} is gone`)
 * })
 * ```
 */
export interface StreamEvent {
  /** The id of the node. */
  readonly node: string
  /** The group of the node. */
  readonly group: string
  readonly stream: StreamInfo
}

/**
 * What each event about a response says: which type and version were sent.
 *
 * @example
 * ```ts
 * import type { ResponseEvent } from 'switchyard'
 *
 * const what = ({ node, typeUrl, version }: ResponseEvent) => `${node}: ${typeUrl} ${version}`
 * cache.onEvent((event) => {
 *   if (event.kind === 'sent') console.log(what(event), event.resources, event.removed)
 * })
 * ```
 */
export interface ResponseEvent extends StreamEvent {
  readonly typeUrl: string
  readonly version: string
  readonly nonce: string
}

/**
 * What happened to a node, a stream or a snapshot. `kind` says which; `SnapshotCache.onEvent` delivers them in order.
 *
 * @example
 * ```ts
 * import type { XdsEvent } from 'switchyard'
 *
 * function log(event: XdsEvent): void {
 *   if (event.kind === 'acked') console.log(`${event.node} ACKed ${event.typeUrl} ${event.version}`)
 *   if (event.kind === 'nacked') console.error(`${event.node} NACKed it: ${event.nack.message}`)
 * }
 * const stop = cache.onEvent(log)
 * ```
 */
export type XdsEvent =
  | { readonly kind: 'snapshot'; readonly group: string; readonly versions: Readonly<Record<string, string>> }
  | { readonly kind: 'cleared'; readonly group: string }
  | ({ readonly kind: 'opened' } & StreamEvent)
  /**
   * `pending`: the oldest response of each type that the client left unanswered. It may have crashed on them. `reason`: the server
   * ended the stream, and not for a fault.
   */
  | ({
      readonly kind: 'closed'
      readonly pending: readonly PendingStatus[]
      readonly reason?: EndReason
    } & StreamEvent)
  /** `added`: what the request asks for, perhaps again. `names`: how many names the stream subscribes to by now. */
  | ({
      readonly kind: 'subscribed'
      readonly typeUrl: string
      readonly names: number
      readonly wildcard: boolean
      readonly added: NameList
      readonly dropped: NameList
    } & StreamEvent)
  /** The client subscribes to a type that nobody serves: it would wait for it forever. `message` says how to fix it. */
  | ({ readonly kind: 'unserved'; readonly typeUrl: string; readonly message: string } & StreamEvent)
  /** What the client waits for in vain has changed: `count` of its names are missing in what it is served, which may be none again. The status has their errors. */
  | ({ readonly kind: 'missing'; readonly typeUrl: string } & NameList & StreamEvent)
  | ({ readonly kind: 'sent'; readonly resources: number; readonly removed: number } & ResponseEvent)
  /** Resources with a TTL live on at the client. Nothing in them has changed, and the version is that of the last response. */
  | ({ readonly kind: 'heartbeat'; readonly resources: number } & ResponseEvent)
  | ({ readonly kind: 'acked' } & ResponseEvent)
  | ({ readonly kind: 'nacked'; readonly nack: Nack } & ResponseEvent)
  /** A stale request: its nonce is not that of the last response. */
  | ({ readonly kind: 'stale'; readonly typeUrl: string; readonly nonce: string } & StreamEvent)
  /**
   * An Envoy that started with runtime layers or clusters has sent nothing for `startTimeMs` and has not asked for listeners. The
   * status takes it for one without dynamic listeners from now on.
   */
  | ({ readonly kind: 'started' } & StreamEvent)
  /** The client has not answered this response within `answerTimeoutMs`, which ended its stream. */
  | ({ readonly kind: 'overdue' } & PendingStatus & StreamEvent)
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

/**
 * Why the server ended a stream: the `age` of its connection, the `shutdown` of the server, or an operator who `disconnected` the
 * node.
 *
 * @example
 * ```ts
 * cache.onEvent((event) => {
 *   if (event.kind === 'closed' && event.reason === undefined) console.log(`${event.node} has left`)
 * })
 * ```
 */
export type EndReason = 'age' | 'shutdown' | 'disconnected'

/**
 * Which part failed in a `fault` event: an option, the NACK log, or the code of a stream.
 *
 * @example
 * ```ts
 * cache.onEvent((event) => {
 *   if (event.kind === 'fault' && event.source === 'nackLog') console.error(event.message, event.error)
 * })
 * ```
 */
export type FaultSource =
  | 'nodeGroup'
  | 'listenerAddress'
  | 'explainMissing'
  | 'authorize'
  | 'telemetry'
  | 'onDemand'
  | 'nackLog'
  | 'stream'
