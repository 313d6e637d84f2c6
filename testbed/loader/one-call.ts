// One call, as near to the wire as grpc-js lets us: no streams, no codecs, no interceptors, so that a loader measures the way and not itself.

import { type ChannelInterface, type Metadata, type StatusObject, status } from '@grpc/grpc-js'
import { backendIdOf } from './backend-id.ts'
import type { PreparedCall } from './prepared-call.ts'

type ChannelCall = ReturnType<ChannelInterface['createCall']>

/** Times are those of `performance.now()`, in milliseconds. */
export interface CallWatcher {
  sent(bytes: number, nowMs: number): void
  /** @param gapMs since the message before it, or since its request; undefined in calls with one response */
  received(backend: string, bytes: number, nowMs: number, gapMs: number | undefined): void
  ended(call: OneCall, code: status, details: string, nowMs: number): void
}

export class OneCall {
  readonly prepared: PreparedCall
  /** When it should have been sent. */
  readonly dueMs: number
  sentMs = 0
  /** The id in its last response. */
  backend = ''
  readonly #watcher: CallWatcher
  #call: ChannelCall | undefined
  #requestsLeft: number
  #lastMs = 0

  constructor(prepared: PreparedCall, dueMs: number, watcher: CallWatcher) {
    this.prepared = prepared
    this.dueMs = dueMs
    this.#watcher = watcher
    this.#requestsLeft = prepared.requests
  }

  start(channel: ChannelInterface, metadata: Metadata): void {
    const { path, deadlineMs } = this.prepared
    this.sentMs = performance.now()
    this.#call = channel.createCall(path, Date.now() + deadlineMs, null, null, null)
    this.#call.start(metadata, this)
    this.#call.startRead()
    this.#send()
  }

  cancel(): void {
    this.#call?.cancelWithStatus(status.CANCELLED, 'the load has ended')
  }

  onReceiveMetadata(): void {}

  onReceiveMessage(message: Buffer): void {
    const now = performance.now()
    const { kind } = this.prepared
    this.backend = backendIdOf(message)
    const isStream = kind === 'server-stream' || kind === 'bidirectional'
    this.#watcher.received(this.backend, message.length, now, isStream ? now - this.#lastMs : undefined)
    this.#lastMs = now
    if (isStream) this.#call?.startRead()
    if (kind === 'bidirectional' && this.#requestsLeft > 0) this.#send()
  }

  onReceiveStatus({ code, details }: StatusObject): void {
    // A client stream may be in a pause.
    this.#requestsLeft = 0
    this.#watcher.ended(this, code, details, performance.now())
  }

  #send(): void {
    const { kind, request } = this.prepared
    const now = performance.now()
    this.#requestsLeft -= 1
    this.#lastMs = now
    this.#watcher.sent(request.length, now)
    const isLast = this.#requestsLeft === 0
    const context = kind === 'client-stream' && !isLast ? { callback: this.#sendNext } : {}
    this.#call?.sendMessageWithContext(context, request)
    if (isLast) this.#call?.halfClose()
  }

  readonly #sendNext = () => {
    const next = () => {
      if (this.#requestsLeft > 0) this.#send()
    }
    if (this.prepared.everyMs > 0) setTimeout(next, this.prepared.everyMs)
    else next()
  }
}
