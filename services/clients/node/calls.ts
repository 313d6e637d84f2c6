// Calls the echo service a number of times or until the load ends, and counts which backends answered.

import { setTimeout as wait } from 'node:timers/promises'
import { type CallOptions, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import type { EchoClient, EchoRequest, EchoResponse } from './echo-client.ts'

export interface CallSettings {
  /** Default: until `end()`. */
  readonly calls?: number
  /** How many calls may be open at a time. Default: 8. */
  readonly concurrency?: number
  /** Default: as many as `concurrency` allows. */
  readonly callsPerSecond?: number
  readonly method?: keyof typeof METHODS
  readonly metadata?: Readonly<Record<string, string>>
  /** Milliseconds for each call. Default: 5000. */
  readonly deadlineMs?: number
  /** Whether a call waits for a connection, instead of failing with UNAVAILABLE while it has no connection. */
  readonly waitForReady?: boolean
  /** Bytes in each request, and in each answer. */
  readonly payloadBytes?: number
  /** Whether the result has the latency of every call. */
  readonly raw?: boolean
}

export interface CallResult {
  readonly calls: number
  /** Calls by the name of their status, such as OK. */
  readonly codes: Readonly<Record<string, number>>
  /** Answers by backend. */
  readonly backends: Readonly<Record<string, number>>
  /** Failed calls by the text of their status. */
  readonly errors: Readonly<Record<string, number>>
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number }
  /** Of every call, in whole microseconds and in any order, if `raw` asks for it. */
  readonly latenciesUs?: readonly number[]
  readonly seconds: number
}

export interface Load {
  readonly finished: Promise<CallResult>
  /** Starts no more calls. Those under way run to their end. */
  end(): void
}

/** @throws Error for an unknown method */
export function startCalls(client: EchoClient, settings: CallSettings): Load {
  const { calls = Number.POSITIVE_INFINITY, concurrency = 8, callsPerSecond, method = 'Unary' } = settings
  if (!(method in METHODS))
    throw new Error(`unknown method "${method}". Use one of: ${Object.keys(METHODS).join(', ')}`)
  const ending = new AbortController()
  const tally = new Tally()
  const intervalMs = callsPerSecond === undefined ? 0 : 1000 / callsPerSecond
  let started = 0
  let nextAt = performance.now()

  /** Resolves when the next call is due, false if the load has ended by then. */
  const nextTurn = async (): Promise<boolean> => {
    if (ending.signal.aborted || started >= calls) return false
    started += 1
    const now = performance.now()
    const at = Math.max(nextAt, now)
    nextAt = at + intervalMs
    if (at === now) return true
    return await wait(at - now, true, { signal: ending.signal }).catch(() => false)
  }
  const work = async () => {
    while (await nextTurn()) await tally.count(() => callOnce(client, settings))
  }
  const workers = Promise.all(Array.from({ length: Math.min(concurrency, calls) }, work))
  return { finished: workers.then(() => tally.result(settings.raw)), end: () => ending.abort() }
}

async function callOnce(client: EchoClient, settings: CallSettings): Promise<EchoResponse> {
  const { method = 'Unary', metadata = {}, deadlineMs = 5_000, waitForReady = false } = settings
  const { payloadBytes = 0 } = settings
  const headers = new Metadata({ waitForReady })
  for (const [name, value] of Object.entries(metadata)) headers.set(name, value)
  const request = { payload: Buffer.alloc(payloadBytes), payloadSize: payloadBytes }
  return await METHODS[method](client, request, headers, { deadline: Date.now() + deadlineMs })
}

type Method = (
  client: EchoClient,
  request: EchoRequest,
  metadata: Metadata,
  options: CallOptions,
) => Promise<EchoResponse>

/** One for each kind of call. Each sends one request, and resolves with the last answer. */
const METHODS = {
  Unary: (client, request, metadata, options) =>
    new Promise((resolve, reject) => {
      client.unary(request, metadata, options, settle(resolve, reject))
    }),
  ServerStream: (client, request, metadata, options) =>
    lastOf(client.serverStream(request, metadata, options)),
  ClientStream: (client, request, metadata, options) =>
    new Promise((resolve, reject) => {
      client.clientStream(metadata, options, settle(resolve, reject)).end(request)
    }),
  Bidirectional: (client, request, metadata, options) => {
    const stream = client.bidirectional(metadata, options)
    stream.end(request)
    return lastOf(stream)
  },
} satisfies Readonly<Record<string, Method>>

function settle(resolve: (response: EchoResponse) => void, reject: (error: unknown) => void) {
  return (error: ServiceError | null, response?: EchoResponse) =>
    response === undefined ? reject(error) : resolve(response)
}

async function lastOf(responses: AsyncIterable<EchoResponse>): Promise<EchoResponse> {
  let last: EchoResponse | undefined
  for await (const response of responses) last = response
  if (last === undefined) throw new Error('the stream ended without an answer')
  return last
}

class Tally {
  readonly #begun = performance.now()
  readonly #latencies: number[] = []
  readonly #codes: Record<string, number> = {}
  readonly #backends: Record<string, number> = {}
  readonly #errors: Record<string, number> = {}

  async count(call: () => Promise<EchoResponse>): Promise<void> {
    const begun = performance.now()
    try {
      const { backendId } = await call()
      add(this.#codes, 'OK')
      add(this.#backends, backendId)
    } catch (error) {
      const { code = status.UNKNOWN, details, message } = error as ServiceError
      add(this.#codes, status[code] ?? String(code))
      add(this.#errors, details ?? message)
    }
    this.#latencies.push(performance.now() - begun)
  }

  result(raw = false): CallResult {
    const sorted = this.#latencies.toSorted((a, b) => a - b)
    const at = (share: number) => round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0)
    return {
      calls: sorted.length,
      codes: this.#codes,
      backends: this.#backends,
      errors: this.#errors,
      latencyMs: { p50: at(0.5), p99: at(0.99), max: at(1) },
      ...(raw && { latenciesUs: sorted.map((latency) => Math.round(latency * 1000)) }),
      seconds: round((performance.now() - this.#begun) / 1000),
    }
  }
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
