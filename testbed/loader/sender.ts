// Sends the calls of a load, and follows each of them to its end.

import { type ChannelInterface, type Metadata, status } from '@grpc/grpc-js'
import { callMetadata } from './call-metadata.ts'
import { callPicks } from './call-picks.ts'
import type { LoadPlan } from './load-plan.ts'
import type { LoopContext } from './loop.ts'
import { type CallWatcher, OneCall } from './one-call.ts'
import type { PreparedCall, WeightedCall } from './prepared-call.ts'
import type { Tally } from './tally.ts'

export class Sender implements LoopContext, CallWatcher {
  readonly #channels: readonly ChannelInterface[]
  readonly #tally: Tally
  readonly #metadata: () => Metadata
  readonly #pick: () => PreparedCall
  readonly #open = new Map<OneCall, (isOk: boolean) => void>()
  #onIdle: () => void = () => {}
  #made = 0

  constructor(
    plan: Pick<LoadPlan, 'metadata' | 'keys' | 'waitForReady' | 'seed'>,
    calls: readonly WeightedCall[],
    channels: readonly ChannelInterface[],
    tally: Tally,
  ) {
    this.#channels = channels
    this.#tally = tally
    this.#metadata = callMetadata(plan)
    this.#pick = callPicks(calls, plan.seed ?? 1)
  }

  get connections(): number {
    return this.#channels.length
  }

  /** Calls that have not ended. */
  get open(): number {
    return this.#open.size
  }

  /** Calls that have begun, those of the warm-up included. */
  get made(): number {
    return this.#made
  }

  call(connection: number, dueMs: number, ended: (isOk: boolean) => void): void {
    const channel = this.#channels[connection]
    if (channel === undefined) throw new Error(`there is no connection ${connection}`)
    const call = new OneCall(this.#pick(), dueMs, this)
    this.#open.set(call, ended)
    this.#made += 1
    // grpc-js copies the metadata.
    call.start(channel, this.#metadata())
  }

  late(dueMs: number, lateMs: number): void {
    this.#tally.late(dueMs, lateMs)
  }

  sent(bytes: number, nowMs: number): void {
    this.#tally.sent(bytes, nowMs)
  }

  received(backend: string, bytes: number, nowMs: number, gapMs: number | undefined): void {
    this.#tally.received(backend, bytes, nowMs, gapMs)
  }

  ended(call: OneCall, code: status, details: string, nowMs: number): void {
    this.#tally.ended(call, code, details, nowMs)
    const ended = this.#open.get(call)
    this.#open.delete(call)
    ended?.(code === status.OK)
    if (this.#open.size === 0) this.#onIdle()
  }

  /** Resolves when all calls have ended. Those for which `isTooLong` is true are cancelled. */
  async drain(isTooLong: (call: PreparedCall) => boolean): Promise<void> {
    const idle = Promise.withResolvers<void>()
    this.#onIdle = idle.resolve
    for (const call of [...this.#open.keys()]) if (isTooLong(call.prepared)) call.cancel()
    if (this.#open.size > 0) await idle.promise
  }
}
