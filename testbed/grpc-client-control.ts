// Asks an example gRPC client for calls, by its control port: services/clients/README.md describes it.

import { SwitchyardError } from '../core/errors.ts'

/** What a client is asked to do. */
export interface GrpcCalls {
  /** How many calls may be open at a time. */
  readonly concurrency?: number
  /** Default: as many as `concurrency` allows. */
  readonly callsPerSecond?: number
  readonly method?: 'Unary' | 'ServerStream' | 'ClientStream' | 'Bidirectional'
  readonly metadata?: Readonly<Record<string, string>>
  /** Milliseconds for each call. */
  readonly deadlineMs?: number
  /** Whether a call waits for a connection, instead of failing while it has no connection. */
  readonly waitForReady?: boolean
  /** Whether these calls use a channel of their own, with connections of its own. */
  readonly newChannel?: boolean
  readonly payloadBytes?: number
  /** Whether the result has the latency of every call. */
  readonly raw?: boolean
}

export interface GrpcCallResult {
  readonly calls: number
  /** Calls by the name of their status, such as OK. */
  readonly codes: Readonly<Record<string, number>>
  /** Answers by backend. */
  readonly backends: Readonly<Record<string, number>>
  /** Failed calls by the text of their status. */
  readonly errors: Readonly<Record<string, number>>
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number }
  /** Of every call, in microseconds and in any order, if `raw` asks for it: a histogram can be made of it. */
  readonly latenciesUs?: readonly number[]
  readonly seconds: number
}

export interface GrpcClientState {
  readonly target: string
  /** Of its channel, such as READY. */
  readonly connectivity: string
  /** Its library and version, such as `grpc-go 1.85.0`. */
  readonly grpc: string
}

export interface GrpcClientControl {
  calls(calls: number, settings?: GrpcCalls): Promise<GrpcCallResult>
  /** Calls until its `end()`, which resolves when the calls under way have ended. */
  load(settings?: GrpcCalls): Promise<{ end(): Promise<GrpcCallResult> }>
  state(): Promise<GrpcClientState>
}

/**
 * @param name of the client in errors, which have the code `process-failed`
 * @param address of its control port, `HOST:PORT`
 */
export function grpcClientAt(name: string, address: string): GrpcClientControl {
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> =>
    (await request(name, `http://${address}${path}`, method, body)) as T
  return {
    calls: (calls, settings) => ask('POST', '/calls', { calls, ...settings }),
    async load(settings = {}) {
      const { load } = await ask<{ readonly load: number }>('POST', '/loads', settings)
      return { end: () => ask('DELETE', `/loads/${load}`) }
    },
    state: () => ask('GET', '/state'),
  }
}

async function request(name: string, url: string, method: string, body?: object): Promise<unknown> {
  try {
    const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) })
    const text = await response.text()
    if (response.ok) return JSON.parse(text)
    throw new Error(`${response.status} ${text}`)
  } catch (cause) {
    throw new SwitchyardError('process-failed', `${name}: ${method} ${url}: ${(cause as Error).message}`, {
      cause,
    })
  }
}
