// The echo service as the one behind every way: it notes what reaches it, and does on demand what no ordinary service would.

import { create, toBinary } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { ErrorInfoSchema } from '@envoy/xds-protos/google/rpc/error_details_pb.js'
import { StatusSchema } from '@envoy/xds-protos/google/rpc/status_pb.js'
import { type EchoRequest, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Metadata, Server, status } from '@grpc/grpc-js'
import { type ConnectServer, startConnectServer } from '../../../services/connect/connect-server.ts'
import { addConnectService } from '../../../services/connect/connect-service.ts'
import { DrainingListener } from '../../../services/draining-listener.ts'
import { echoService } from '../../../services/echo.ts'
import {
  addService,
  type CallContext,
  type Implementation,
  RpcStatusError,
} from '../../../services/rpc/index.ts'

/** The origin of pages that may call. */
export const PAGE = 'http://app.example'
export const OTHER_PAGE = 'http://evil.example'

/** What a message asks of the witness; others are echoed. */
export const ASKS = {
  /** Ends with FAILED_PRECONDITION, a text, a trailer and an ErrorInfo. */
  details: 'fail with details',
  /** Holds the last answer until `release` is called, or the call is over. */
  hold: 'hold the answer',
} as const

export const FAILURE = { text: 'größer als erlaubt', trailer: 'later', reason: 'TOO_LARGE' } as const

interface Noted {
  readonly message: string
  readonly metadata: Metadata
  /** Milliseconds that the call had left when it came; undefined without a deadline. */
  readonly leftMs: number | undefined
  /** Resolves when the call is over before it was answered. */
  readonly aborted: Promise<void>
}

export class Witness {
  readonly #calls: Noted[] = []
  #held = Promise.withResolvers<void>()

  /** The handlers, for a server of any kind. */
  readonly implementation: Implementation<typeof EchoService>

  constructor() {
    const echo = echoService('witness')
    this.implementation = {
      ...echo,
      unary: async (request, context) => {
        this.#note(request, context)
        if (request.message === ASKS.details) throw failure()
        if (request.message === ASKS.hold) await heldOrOver(this.#held.promise, context)
        return await echo.unary(request, context)
      },
      // The last answer waits, so that a client sees whether those before it are on their way.
      serverStream: (request, context) => {
        this.#note(request, context)
        return request.message === ASKS.hold
          ? this.#holding(request, context)
          : echo.serverStream(request, context)
      },
    }
  }

  /** The newest call with this message. */
  seen(message: string): Noted | undefined {
    return this.#calls.findLast((call) => call.message === message)
  }

  /** Lets the calls that are held go on; later ones are held again. */
  release(): void {
    this.#held.resolve()
    this.#held = Promise.withResolvers()
  }

  async *#holding(request: EchoRequest, context: CallContext) {
    const held = this.#held.promise
    let sent = 0
    for await (const answer of echoService('witness').serverStream(request, context)) {
      if (sent === request.count - 1) await heldOrOver(held, context)
      yield answer
      sent += 1
    }
  }

  #note({ message }: EchoRequest, { metadata, deadline, signal }: CallContext): void {
    const leftMs = deadline && deadline.getTime() - Date.now()
    this.#calls.push({ message, metadata, leftMs, aborted: over(signal) })
  }
}

/** @throws the reason for which the call is over */
async function heldOrOver(held: Promise<void>, { signal }: CallContext): Promise<void> {
  await Promise.race([held, over(signal)])
  signal.throwIfAborted()
}

function over(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal.aborted) resolve()
  else signal.addEventListener('abort', () => resolve(), { once: true })
  return promise
}

function failure(): RpcStatusError {
  const code = status.FAILED_PRECONDITION
  const info = anyPack(ErrorInfoSchema, create(ErrorInfoSchema, { reason: FAILURE.reason, domain: 'echo' }))
  const message = { code, message: FAILURE.text, details: [info] }
  const metadata = new Metadata()
  metadata.set('x-hint', FAILURE.trailer)
  metadata.set('grpc-status-details-bin', Buffer.from(toBinary(StatusSchema, create(StatusSchema, message))))
  return new RpcStatusError(code, FAILURE.text, { metadata })
}

export interface Served {
  /** `HOST:PORT` */
  readonly address: string
  close(): Promise<void>
}

/** Serves it as gRPC, for proxies in front of it. */
export async function serveByGrpc({ implementation }: Witness): Promise<Served> {
  const server = new Server()
  addService(server, EchoService, implementation)
  const listener = new DrainingListener(server)
  const address = await listener.listen({ host: '127.0.0.1', port: 0 })
  return { address, close: () => listener.close(0) }
}

/** Serves it as gRPC-Web by connect, without a proxy. */
export function serveByConnect({ implementation }: Witness): Promise<ConnectServer> {
  return startConnectServer({
    routes: (router) => addConnectService(router, EchoService, implementation),
    origins: [PAGE],
  })
}
