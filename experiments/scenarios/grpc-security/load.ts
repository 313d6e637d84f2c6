// Authorized calls that continue while switches change. A failed call is one that a user would notice.

import { setTimeout } from 'node:timers/promises'
import { CallCount } from '../../../testbed/load/call-count.ts'
import { callOn, type Identity, METHODS, metadataOf, openChannel } from './callers.ts'

const [UNARY] = METHODS
/** Concurrent calls to each Envoy, and the pause of each worker between two calls. */
const WORKERS = 2
const PAUSE_MS = 5

export interface LoadCount {
  readonly calls: number
  /** gRPC statuses of the calls that failed. */
  readonly failed: readonly number[]
}

/** Calls every target with one token, in plaintext or over TLS. */
export class AuthorizedLoad {
  readonly #targets: readonly string[]
  readonly #token: string
  readonly #failed: number[] = []
  #microseconds: number[] = []
  readonly #calls = new CallCount()
  #end = async () => {}

  /** Calls at a time. */
  get concurrency(): number {
    return this.#targets.length * WORKERS
  }

  constructor(targets: readonly string[], token: string) {
    this.#targets = targets
    this.#token = token
  }

  /** Starts calls over TLS with an identity, or in plaintext; stops the earlier ones when the new ones get through. */
  async moveTo(identity?: Identity): Promise<void> {
    const end = this.#end
    this.#end = this.#start(identity)
    await this.further(this.concurrency)
    await end()
  }

  /** Resolves after this number of further calls has ended. */
  further(calls: number): Promise<void> {
    return this.#calls.further(calls)
  }

  count(): LoadCount {
    return { calls: this.#calls.ended, failed: [...this.#failed] }
  }

  /** How long each call took since the last time this was asked, in microseconds from the moment it was sent. */
  takeLatencies(): readonly number[] {
    const taken = this.#microseconds
    this.#microseconds = []
    return taken
  }

  async stop(): Promise<void> {
    const end = this.#end
    this.#end = async () => {}
    await end()
  }

  #start(identity?: Identity): () => Promise<void> {
    let isRunning = true
    const clients = this.#targets.map((target) => openChannel(target, identity))
    const work = async (client: (typeof clients)[number]) => {
      while (isRunning) {
        const sent = performance.now()
        const status = await callOn(client, metadataOf({ token: this.#token }), UNARY)
        this.#record(status, performance.now() - sent)
        await setTimeout(PAUSE_MS)
      }
    }
    const workers = clients.flatMap((client) => Array.from({ length: WORKERS }, () => work(client)))
    return async () => {
      isRunning = false
      await Promise.all(workers)
      for (const client of clients) client.close()
    }
  }

  #record(status: number, milliseconds: number): void {
    this.#microseconds.push(Math.round(milliseconds * 1_000))
    if (status !== 0) this.#failed.push(status)
    this.#calls.add()
  }
}
