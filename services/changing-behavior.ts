// Lets a running backend get slow, fail calls, and recover, so that clients and proxies have something to notice.

import { ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder } from '@grpc/grpc-js'
import { failing } from './failing-calls.ts'

export interface Behavior {
  /** Added to each call, in milliseconds. */
  readonly latencyMs: number
  /** The share of calls that end with UNAVAILABLE, in whole percents. */
  readonly failPercent: number
}

/** Two interceptors that do what was set last, and count calls. They cost each call a little, so only backends that may change have them. */
export class ChangingBehavior {
  #delays: ServerInterceptor = pass
  #fails: ServerInterceptor = pass
  #calls = 0

  constructor(first: Behavior) {
    this.set(first)
  }

  readonly delays: ServerInterceptor = (method, call) => {
    if (!isOfGrpc(method.path)) this.#calls += 1
    return this.#delays(method, call)
  }
  readonly fails: ServerInterceptor = (method, call) => this.#fails(method, call)

  /** Calls that have begun, each attempt of a retry by itself. Health checks and reflection do not count. */
  get calls(): number {
    return this.#calls
  }

  /** Holds for calls that begin from now on. */
  set({ latencyMs, failPercent }: Behavior): void {
    this.#delays = latencyMs > 0 ? latency(latencyMs) : pass
    this.#fails = failPercent > 0 ? failing(failPercent) : pass
  }
}

const isOfGrpc = (path: string) => path.startsWith('/grpc.')

const pass: ServerInterceptor = (_, call) => new ServerInterceptingCall(call)

/**
 * Health checks have no delay: a slow backend is still healthy.
 * The call has begun meanwhile, so that other interceptors notice if its client leaves; a delay of `start` would hide that from them.
 */
export function latency(milliseconds: number): ServerInterceptor {
  return ({ path }, call) => {
    if (isOfGrpc(path)) return new ServerInterceptingCall(call)
    return new ServerInterceptingCall(call, {
      start: (next) => {
        const listener = new ServerListenerBuilder()
          .withOnReceiveMetadata((metadata, pass) => setTimeout(pass, milliseconds, metadata))
          .build()
        next(listener)
      },
    })
  }
}
