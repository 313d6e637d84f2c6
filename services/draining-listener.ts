// Listens for a grpc-js server. It can send GOAWAY on the open connections and keep accepting new ones.
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type { ConnectionInjector, Server } from '@grpc/grpc-js'
import { ServerCredentials } from '@grpc/grpc-js'
import { SwitchyardError } from '../core/errors.ts'
import { joinAddress } from '../core/host-and-port.ts'
import { readFirstByte, readPreface } from '../core/http2-preface.ts'
import { listenPrivately } from '../core/listen-privately.ts'
import { describeHolder } from '../core/port-holder.ts'
import type { CertificateFiles } from './certificate-files.ts'
import { TlsServer } from './tls-server.ts'

export interface TcpAddress {
  readonly host: string
  readonly port: number
  /** Whether further processes may listen at the same port, among which the kernel chooses (SO_REUSEPORT). Default: false. */
  readonly reusePort?: boolean
}

/** A TCP address or the path of a Unix socket. */
export type ListenAddress = TcpAddress | { readonly path: string }

export interface Tls {
  /** With a client CA among them, each client must have a certificate of it. */
  readonly files: Pick<CertificateFiles, 'contents' | 'onRenewal'>
  /** Whether to serve clients without TLS too. The first byte of a connection shows which it is. */
  readonly allowPlaintext: boolean
}

/** In which a connection must have ended its handshake, and then must have sent the preface of HTTP/2. */
const BEGIN_MS = 5_000

/** The first byte of a TLS connection: a handshake record. https://www.rfc-editor.org/rfc/rfc8446#section-5.1 */
const HANDSHAKE = 0x16

/**
 * Accepts connections, ends TLS, and hands them to the server through a connection injector. Each drain destroys the injector, which
 * drains its connections, and creates another. (grpc-js's own `Server.drain` does not return the number of connections.)
 */
export class DrainingListener {
  readonly #server: Server
  readonly #tls: TlsServer | undefined
  readonly #allowPlaintext: boolean
  readonly #beginMs: number
  readonly #listener = createServer({ noDelay: true }, (socket) => this.#accept(socket))
  readonly #open = new Set<Socket>()
  #sinceDrain = new Set<Socket>()
  #injector: ConnectionInjector
  #accepted = 0
  #closing: Promise<void> | undefined

  /**
   * Plaintext without `tls`.
   * @param beginMs in which the handshake must end, and again until the preface of HTTP/2 is there. Default: 5 s
   */
  constructor(server: Server, tls?: Tls, beginMs = BEGIN_MS) {
    this.#server = server
    this.#beginMs = beginMs
    this.#tls = tls && new TlsServer(tls.files, beginMs, (socket) => this.#awaitPreface(socket))
    this.#allowPlaintext = tls?.allowPlaintext ?? true
    this.#injector = this.#createInjector()
  }

  /**
   * @returns the address that clients dial: `host:port`, with the actual port if 0 was given, or `unix:/path`
   * @throws SwitchyardError `address-in-use`, or `invalid-argument` if it cannot bind the address for another reason
   */
  async listen(address: ListenAddress): Promise<string> {
    try {
      await this.#bind(address)
    } catch (cause) {
      if (!(await removeAbandoned(address))) throw listenError(address, cause)
      await this.#bind(address)
    }
    return dialedAddress(this.#listener.address(), address)
  }

  /**
   * Sends GOAWAY on the open connections that have not had one. Calls in progress run to their end.
   * @returns the number of connections that got GOAWAY
   */
  drain(): number {
    const drained = this.#sinceDrain.size
    this.#sinceDrain = new Set()
    this.#injector.destroy()
    this.#injector = this.#createInjector()
    return drained
  }

  /** Counts connections since the start, TLS handshakes that fail included. */
  connections(): { readonly accepted: number; readonly open: number } {
    return { accepted: this.#accepted, open: this.#open.size }
  }

  /** Accepts no more connections, drains the open ones, and after `graceMs` milliseconds closes the rest. */
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

  async #bind(address: ListenAddress): Promise<void> {
    listenPrivately(this.#listener, address)
    await once(this.#listener, 'listening')
  }

  #accept(socket: Socket): void {
    this.#accepted += 1
    const generation = this.#sinceDrain
    for (const sockets of [this.#open, generation]) sockets.add(socket)
    socket.once('close', () => {
      for (const sockets of [this.#open, generation]) sockets.delete(socket)
    })
    socket.on('error', () => socket.destroy())
    const tls = this.#tls
    if (tls === undefined) this.#awaitPreface(socket)
    else if (this.#allowPlaintext) this.#awaitFirstByte(socket, tls)
    else tls.accept(socket)
  }

  #awaitFirstByte(socket: Socket, tls: TlsServer): void {
    readFirstByte(socket, this.#beginMs).then(
      (first) => (first === HANDSHAKE ? tls.accept(socket) : this.#awaitPreface(socket)),
      () => socket.destroy(),
    )
  }

  #awaitPreface(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    readPreface(socket, this.#beginMs).then(
      () => this.#injector.injectConnection(socket),
      () => socket.destroy(),
    )
  }

  #createInjector(): ConnectionInjector {
    return this.#server.createConnectionInjector(ServerCredentials.createInsecure())
  }
}

/** Removes the file of a Unix socket if a killed process left it. @returns whether it did */
export async function removeAbandoned(address: ListenAddress): Promise<boolean> {
  if (!('path' in address) || !(await isAbandoned(address.path))) return false
  await rm(address.path)
  return true
}

/** Whether the file of a Unix socket exists and no process listens on it: a killed process leaves its file behind. */
async function isAbandoned(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
  } finally {
    socket.destroy()
  }
}

function dialedAddress(bound: AddressInfo | string | null, address: ListenAddress): string {
  if ('path' in address) return `unix:${address.path}`
  const port = typeof bound === 'object' && bound ? bound.port : address.port
  return joinAddress(address.host, port)
}

/** What is wrong with the address, and how to fix it. */
export function listenError(address: ListenAddress, cause: unknown): SwitchyardError {
  const where = 'path' in address ? `unix:${address.path}` : joinAddress(address.host, address.port)
  if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') {
    const message =
      'path' in address
        ? `${where} is in use; end the process that listens there, or remove the file if no process does`
        : `${where} is in use by ${describeHolder(where)}; end that process, or use port 0`
    return new SwitchyardError('address-in-use', message, { cause })
  }
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new SwitchyardError('invalid-argument', `cannot listen on ${where}: ${reason}`, { cause })
}
