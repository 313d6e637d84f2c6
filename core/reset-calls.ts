// Lets a gRPC server outlive calls that their client resets before the server looks at them.

import type { ServerHttp2Stream } from 'node:http2'
import { Server } from '@grpc/grpc-js'

/** How `Server` of grpc-js takes a call: without and with channelz. */
const HANDLERS = ['_streamHandler', '_channelzHandler'] as const

type Handle = (this: Server, interceptors: unknown, stream: ServerHttp2Stream, headers: unknown) => void

const handlers = Server.prototype as unknown as Record<(typeof HANDLERS)[number], Handle>
const original = HANDLERS.map((name) => [name, handlers[name]] as const)

/**
 * `@grpc/grpc-js` 1.14 answers a call of a method that it does not have, or without the content type of gRPC, and does not ask whether
 * its stream still exists. If the client has reset it meanwhile, Node throws where nobody can catch it, and the process ends: two frames
 * of anybody who may connect are enough. There is no option for it, so this wraps the functions that take calls, once for the process.
 */
export function outliveResetCalls(): void {
  for (const [name, handle] of original) {
    if (handlers[name] !== handle) continue
    handlers[name] = function (...call) {
      try {
        handle.apply(this, call)
      } catch (error) {
        if (!isOfEndedStream(error)) throw error
      }
    }
  }
}

function isOfEndedStream(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_HTTP2_INVALID_STREAM'
}
