// Ends connections of a gRPC server at an age, so that clients dial again and a balancer of connections spreads them anew: first GOAWAY,
// which keeps open calls and lets no new ones begin, and after a grace the end of the connection.
// https://github.com/grpc/proposal/blob/master/A9-server-side-conn-mgt.md

import type { Socket } from 'node:net'
import {
  type ConnectionInjector,
  experimental,
  type Metadata,
  type Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js'
import { Timer } from './timer.ts'

export interface MaxAge {
  /** Milliseconds from the beginning of a connection to its GOAWAY. Each connection gets up to a tenth more or less. */
  readonly ageMs: number
  /** Milliseconds from GOAWAY to the end of the connection, if calls keep it open. */
  readonly graceMs: number
  /** Called after GOAWAY. Calls of the connection are known by it (`connectionOf`). */
  readonly onAged: (connection: object) => void
}

/** A tenth more or less, so that connections that began at once do not end at once. @param random from 0 to 1 */
export function jitteredAge(ageMs: number, random: number): number {
  return ageMs * (0.9 + random * 0.2)
}

/** By the metadata of a call, which gRPC hands through unchanged. */
const connections = new WeakMap<Metadata, object>()

export function noteConnection(metadata: Metadata, connection: object): void {
  connections.set(metadata, connection)
}

/** Identifies the connection of a call; undefined if connections do not age. */
export function connectionOf({ metadata }: { readonly metadata: Metadata }): object | undefined {
  return connections.get(metadata)
}

/** Hands connections to the server, each by an injector of its own: an injector can only send GOAWAY on all that it has. */
export class AgingConnections {
  readonly #server: Server
  readonly #interceptors: readonly ServerInterceptor[]
  readonly #maxAge: MaxAge
  readonly #open = new Map<Socket, () => void>()

  constructor(server: Server, interceptors: readonly ServerInterceptor[], maxAge: MaxAge) {
    this.#server = server
    this.#interceptors = interceptors
    this.#maxAge = maxAge
  }

  accept(socket: Socket): void {
    const connection = {}
    const injector = injectorFor(this.#server, [marking(connection), ...this.#interceptors])
    const { ageMs, graceMs, onAged } = this.#maxAge
    let timer: Timer | undefined
    const goAway = () => {
      if (!this.#open.delete(socket)) return
      timer?.stop()
      injector.destroy()
    }
    const age = () => {
      goAway()
      timer = new Timer(graceMs, () => socket.destroy())
      onAged(connection)
    }
    this.#open.set(socket, goAway)
    timer = new Timer(jitteredAge(ageMs, Math.random()), age)
    socket.once('close', () => {
      goAway()
      timer?.stop()
    })
    injector.injectConnection(socket)
  }

  /** Sends GOAWAY on all connections that have not had one. */
  goAway(): void {
    for (const goAway of [...this.#open.values()]) goAway()
  }
}

/** An injector that adds interceptors to those of the server. */
export function injectorFor(server: Server, interceptors: readonly ServerInterceptor[]): ConnectionInjector {
  const plain = ServerCredentials.createInsecure()
  return server.createConnectionInjector(
    interceptors.length === 0
      ? plain
      : experimental.createServerCredentialsWithInterceptors(plain, [...interceptors]),
  )
}

function marking(connection: object): ServerInterceptor {
  return (_, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next(
          new ServerListenerBuilder()
            .withOnReceiveMetadata((metadata, pass) => {
              noteConnection(metadata, connection)
              pass(metadata)
            })
            .build(),
        ),
    })
}
