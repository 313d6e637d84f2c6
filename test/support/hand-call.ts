// A gRPC call without a transport, as a handler of grpc-js gets it: a test is the client, and sees what the server does with it.

import { EventEmitter } from 'node:events'
import { Metadata, type MethodDefinition, type Server } from '@grpc/grpc-js'
import type { ByteStream } from '../../xds-server/services/xds-stream.ts'

export interface HandCallOptions {
  readonly peer?: string
  /** The subject alternative names of the client's certificate, as Node writes them. */
  readonly names?: string
  /** Nothing that the server writes is sent before `flush`. */
  readonly stalls?: boolean
}

export class HandCall extends EventEmitter {
  readonly metadata = new Metadata()
  readonly sent: Buffer[] = []
  readonly errors: { readonly code: number; readonly details: string }[] = []
  /** How often the server has ended it. */
  ends = 0
  readonly #options: HandCallOptions
  readonly #unsent: (() => void)[] = []

  constructor(options: HandCallOptions = {}) {
    super()
    this.#options = options
    this.on('error', (error) => this.errors.push(error))
  }

  get stream(): ByteStream {
    return this as unknown as ByteStream
  }

  /** A request arrives. */
  receive(bytes: Uint8Array): void {
    this.emit('data', Buffer.from(bytes))
  }

  /** What has been written is sent, or that many of it. */
  flush(count = this.#unsent.length): void {
    for (const onSent of this.#unsent.splice(0, count)) onSent()
  }

  getPeer(): string {
    return this.#options.peer ?? '10.0.0.1:1'
  }

  getAuthContext() {
    const { names } = this.#options
    return names === undefined ? {} : { sslPeerCertificate: { subjectaltname: names } }
  }

  write(bytes: Buffer, onSent: () => void = () => {}): void {
    this.sent.push(bytes)
    this.#unsent.push(onSent)
    if (this.#options.stalls !== true) this.flush()
  }

  end(): void {
    this.ends += 1
    this.emit('close')
  }
}

type Handler = (call: unknown, callback?: (error: unknown, answer?: Buffer) => void) => void

/** A server without a transport: a test calls its methods by their paths. */
export class HandServer {
  readonly methods = new Map<
    string,
    { readonly method: MethodDefinition<Buffer, Buffer>; readonly handle: Handler }
  >()

  get server(): Server {
    return this as unknown as Server
  }

  addService(
    definition: Readonly<Record<string, MethodDefinition<Buffer, Buffer>>>,
    handlers: Readonly<Record<string, Handler>>,
  ): void {
    for (const [name, method] of Object.entries(definition)) {
      const handle = handlers[name]
      if (handle === undefined) throw new Error(`${name} has no handler`)
      this.methods.set(method.path, { method, handle })
    }
  }

  /** Begins a call of a stream. */
  open(path: string, call = new HandCall()): HandCall {
    this.#handlerOf(path)(call)
    return call
  }

  /** Calls a method that has one request. */
  async call(path: string, request: Uint8Array, call = new HandCall()): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const unary = Object.assign(call, { request: Buffer.from(request) })
      this.#handlerOf(path)(unary, (error, answer) =>
        answer === undefined ? reject(error) : resolve(answer),
      )
    })
  }

  #handlerOf(path: string): Handler {
    const { handle } = this.methods.get(path) ?? {}
    if (handle === undefined) throw new Error(`nobody serves ${path}: ${[...this.methods.keys()].join(', ')}`)
    return handle
  }
}
