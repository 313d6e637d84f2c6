// The echo service whose calls a run follows by their ids: it says what arrived of a call, and does only what the run lets it do.

import type { EventEmitter } from 'node:events'
import { create, toBinary } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from '@envoy/xds-protos/google/rpc/error_details_pb.js'
import { StatusSchema } from '@envoy/xds-protos/google/rpc/status_pb.js'
import { type EchoRequest, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { serviceDefinition } from '../../../../services/rpc/service-definition.ts'

/** Names the call, so that the run finds it again. */
export const CALL_ID = 'x-call'

/** What a call brought and what became of it. */
export interface FollowedCall {
  readonly metadata: Readonly<Record<string, string>>
  /** Milliseconds that were left of its deadline when it arrived; undefined without a deadline. */
  readonly timeLeftMs: number | undefined
  /** Texts of the messages of the client, so far. */
  readonly received: readonly string[]
  /** Resolves when there are as many. */
  readonly untilReceived: (count: number) => Promise<void>
  /** Resolves once a client, or a proxy for it, has cancelled the call. */
  readonly cancelled: Promise<void>
  /** Whether it is cancelled. */
  isCancelled: boolean
}

type AnyCall = EventEmitter &
  Pick<ServerUnaryCall<EchoRequest, unknown>, 'metadata' | 'getDeadline' | 'sendMetadata'>

interface Expected {
  readonly arrived: PromiseWithResolvers<FollowedCall>
  hasArrived: boolean
  /** Answers that a held stream may send. */
  allowed: number
  allow: () => void
  /** Texts of the answers of a stream. */
  readonly sent: Inbox
}

/** A request with this text is never answered. */
export const NEVER = 'never answer'
/** With this metadata the service sends no headers of its own: an error is then an answer without a body. */
export const WITHOUT_HEADERS = 'x-without-headers'
/** An error of a request with this text has its status and no details. */
export const WITHOUT_DETAILS = 'hi'
/** A stream with this text sends an answer whenever the run allows one. */
export const HELD = 'one at a time'

export class FollowedEcho {
  readonly #server = new Server({ 'grpc.max_receive_message_length': -1 })
  readonly #calls = new Map<string, Expected>()
  #arrivedCalls = 0

  constructor() {
    this.#server.addService(serviceDefinition(EchoService), {
      unary: (call: ServerUnaryCall<EchoRequest, unknown>, respond: sendUnaryData<unknown>) =>
        this.#unary(call, respond),
      serverStream: (call: ServerWritableStream<EchoRequest, unknown>) => this.#serverStream(call),
      clientStream: (call: ServerReadableStream<EchoRequest, unknown>, respond: sendUnaryData<unknown>) =>
        this.#clientStream(call, respond),
      bidirectional: (call: ServerDuplexStream<EchoRequest, unknown>) => this.#bidirectional(call),
    })
  }

  /** @returns its address, `HOST:PORT` */
  listen(): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`127.0.0.1:${port}`),
    )
    return promise
  }

  close(): void {
    this.#server.forceShutdown()
  }

  /** Resolves when the call with this id has arrived. */
  call(id: string): Promise<FollowedCall> {
    return this.#expected(id).arrived.promise
  }

  /** Whether the call with this id has arrived. */
  hasSeen(id: string): boolean {
    return this.#expected(id).hasArrived
  }

  /** Resolves when the service has sent as many answers of a stream. */
  async untilSent(id: string, count: number): Promise<void> {
    const { sent } = this.#expected(id)
    await sent.untilHas(count)
  }

  /** All calls that have arrived, with and without an id. */
  get arrived(): number {
    return this.#arrivedCalls
  }

  /** Lets a held stream send one more answer. */
  allow(id: string): void {
    const expected = this.#expected(id)
    expected.allowed += 1
    expected.allow()
  }

  #expected(id: string): Expected {
    const known = this.#calls.get(id)
    if (known) return known
    const made = {
      arrived: Promise.withResolvers<FollowedCall>(),
      hasArrived: false,
      allowed: 0,
      allow: () => {},
      sent: new Inbox(),
    }
    this.#calls.set(id, made)
    return made
  }

  /** Notes the call, and sends headers that repeat what it brought. */
  #arrived(call: AnyCall): {
    readonly followed: FollowedCall & { readonly inbox: Inbox }
    readonly expected: Expected
  } {
    const cancelled = Promise.withResolvers<void>()
    const deadline = call.getDeadline()
    const inbox = new Inbox()
    const followed: FollowedCall & { readonly inbox: Inbox } = {
      inbox,
      metadata: textsOf(call.metadata),
      timeLeftMs: deadline === Number.POSITIVE_INFINITY ? undefined : Number(deadline) - Date.now(),
      received: inbox.texts,
      untilReceived: (count) => inbox.untilHas(count),
      cancelled: cancelled.promise,
      isCancelled: false,
    }
    call.on('cancelled', () => {
      followed.isCancelled = true
      cancelled.resolve()
    })
    const headers = new Metadata()
    headers.set('x-seen', followed.metadata['x-text'] ?? '')
    headers.set('x-seen-bin', Buffer.from(followed.metadata['x-bytes-bin'] ?? '', 'base64'))
    if (followed.metadata[WITHOUT_HEADERS] === undefined) call.sendMetadata(headers)
    const expected = this.#expected(followed.metadata[CALL_ID] ?? '')
    expected.hasArrived = true
    expected.arrived.resolve(followed)
    this.#arrivedCalls += 1
    return { followed, expected }
  }

  #unary(call: ServerUnaryCall<EchoRequest, unknown>, respond: sendUnaryData<unknown>): void {
    const { followed } = this.#arrived(call)
    const { request } = call
    followed.inbox.take(request.message)
    if (request.message === NEVER) return
    if (request.statusCode !== 0)
      respond({ code: request.statusCode, details: request.statusMessage, metadata: trailersOf(request) })
    else respond(null, answerOf(request, 0), trailersOf(request))
  }

  async #serverStream(call: ServerWritableStream<EchoRequest, unknown>): Promise<void> {
    const { followed, expected } = this.#arrived(call)
    const { request } = call
    followed.inbox.take(request.message)
    for (let sequence = 0; sequence < Math.max(1, request.count); sequence += 1) {
      if (request.message === NEVER) await followed.cancelled
      if (request.message === HELD) await Promise.race([allowance(expected), followed.cancelled])
      if (followed.isCancelled) return
      call.write(answerOf(request, sequence))
      expected.sent.take(request.message)
    }
    if (request.statusCode === 0) call.end(trailersOf(request))
    else
      call.emit('error', {
        code: request.statusCode,
        details: request.statusMessage,
        metadata: trailersOf(request),
      })
  }

  async #clientStream(
    call: ServerReadableStream<EchoRequest, unknown>,
    respond: sendUnaryData<unknown>,
  ): Promise<void> {
    const { followed } = this.#arrived(call)
    for await (const { message } of call) followed.inbox.take(message)
    respond(null, {
      message: followed.received.at(-1) ?? '',
      backendId: 'followed',
      sequence: followed.received.length,
    })
  }

  async #bidirectional(call: ServerDuplexStream<EchoRequest, unknown>): Promise<void> {
    const { followed } = this.#arrived(call)
    for await (const request of call) {
      call.write(answerOf(request, followed.received.length))
      followed.inbox.take(request.message)
    }
    call.end()
  }
}

class Inbox {
  readonly texts: string[] = []
  #next = Promise.withResolvers<void>()

  take(text: string): void {
    this.texts.push(text)
    this.#next.resolve()
    this.#next = Promise.withResolvers()
  }

  async untilHas(count: number): Promise<void> {
    while (this.texts.length < count) await this.#next.promise
  }
}

async function allowance(expected: Expected): Promise<void> {
  while (expected.allowed === 0) {
    const { promise, resolve } = Promise.withResolvers<void>()
    expected.allow = resolve
    await promise
  }
  expected.allowed -= 1
}

function answerOf({ message, payloadSize }: EchoRequest, sequence: number) {
  return { message, backendId: 'followed', sequence, payload: new Uint8Array(payloadSize) }
}

function textsOf(metadata: Metadata): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(metadata.getMap()).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : value.toString('base64'),
    ]),
  )
}

/** With a status other than OK: three details, as a well-behaved service sends them. */
function trailersOf({ message, statusCode, statusMessage }: EchoRequest): Metadata {
  const trailers = new Metadata()
  trailers.set('x-trailer', 'from the service')
  if (statusCode === 0 || message === WITHOUT_DETAILS) return trailers
  const status = create(StatusSchema, {
    code: statusCode,
    message: statusMessage,
    details: [
      anyPack(
        BadRequestSchema,
        create(BadRequestSchema, {
          fieldViolations: [{ field: 'message', description: 'is too short: give 3 letters or more' }],
        }),
      ),
      anyPack(RetryInfoSchema, create(RetryInfoSchema, { retryDelay: { seconds: 2n } })),
      anyPack(ErrorInfoSchema, create(ErrorInfoSchema, { reason: 'TOO_SHORT', domain: 'switchyard' })),
    ],
  })
  trailers.set('grpc-status-details-bin', Buffer.from(toBinary(StatusSchema, status)))
  return trailers
}
