// Listens for a grpc-js server, and can tell its open connections to go away while it goes on to take new ones.
import { once } from 'node:events'
import type { AddressInfo, ListenOptions, Socket } from 'node:net'
import { createServer } from 'node:net'
import type { ConnectionInjector, Server } from '@grpc/grpc-js'
import { ServerCredentials } from '@grpc/grpc-js'
import { SwitchyardError } from '../control-plane/errors.ts'

/** A TCP address or the path of a Unix socket. */
export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string }

/**
 * Takes plaintext connections and hands them to the server through one of its injectors. Each drain closes the injector,
 * and so the connections that came through it, and opens the next; grpc-js's own `Server.drain` does not tell
 * how many connections there were.
 */
export class DrainingListener {
  readonly #server: Server
  readonly #listener = createServer({ noDelay: true }, (socket) => this.#accept(socket))
  readonly #open = new Set<Socket>()
  #sinceDrain = new Set<Socket>()
  #injector: ConnectionInjector
  #closing: Promise<void> | undefined

  constructor(server: Server) {
    this.#server = server
    this.#injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  }

  /**
   * Answers with the address that clients dial: `host:port`, with the real port where 0 was given, or `unix:/path`.
   * Throws `address-in-use`, or `invalid-argument` where the address cannot be had for another reason.
   */
  async listen(address: ListenAddress): Promise<string> {
    this.#listener.listen(address satisfies ListenOptions)
    try {
      await once(this.#listener, 'listening')
    } catch (cause) {
      throw listenError(address, cause)
    }
    return dialled(this.#listener.address(), address)
  }

  /** Sends GOAWAY on the open connections that had none yet, and answers how many. Calls in progress go on to their end. */
  drain(): number {
    const drained = this.#sinceDrain.size
    this.#sinceDrain = new Set()
    this.#injector.destroy()
    this.#injector = this.#server.createConnectionInjector(ServerCredentials.createInsecure())
    return drained
  }

  /** Takes no more connections, drains those that are open, and after `graceMs` cuts those that still are. */
  close(graceMs: number): Promise<void> {
    this.#closing ??= this.#close(graceMs)
    return this.#closing
  }

  async #close(graceMs: number): Promise<void> {
    const closed = once(this.#listener, 'close')
    this.#listener.close()
    this.#injector.destroy()
    const cut = setTimeout(() => {
      for (const socket of this.#open) socket.destroy()
    }, graceMs)
    await closed
    clearTimeout(cut)
    this.#server.forceShutdown()
  }

  #accept(socket: Socket): void {
    const generation = this.#sinceDrain
    for (const sockets of [this.#open, generation]) sockets.add(socket)
    socket.once('close', () => {
      for (const sockets of [this.#open, generation]) sockets.delete(socket)
    })
    this.#injector.injectConnection(socket)
  }
}

function dialled(bound: AddressInfo | string | null, address: ListenAddress): string {
  if ('path' in address) return `unix:${address.path}`
  const port = typeof bound === 'object' && bound ? bound.port : address.port
  return hostAndPort({ host: address.host, port })
}

function hostAndPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function listenError(address: ListenAddress, cause: unknown): SwitchyardError {
  const where = 'path' in address ? `unix:${address.path}` : hostAndPort(address)
  if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') {
    const mend =
      'path' in address
        ? 'end the process that listens there, or remove the file if none does'
        : 'end the process that listens there, or take port 0'
    return new SwitchyardError('address-in-use', `${where} is in use; ${mend}`, { cause })
  }
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new SwitchyardError('invalid-argument', `cannot listen on ${where}: ${reason}`, { cause })
}
