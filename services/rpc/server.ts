// Serves a protobuf-es service on a grpc-js server, with handlers that are async functions and generators.
import type { EventEmitter } from 'node:events'
import type { Writable } from 'node:stream'
import { Readable } from 'node:stream'
import type { DescMessage, DescService, Message } from '@bufbuild/protobuf'
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type Server,
  type ServerUnaryCall,
  type StatusObject,
  type sendUnaryData,
  type UntypedHandleCall,
} from '@grpc/grpc-js'
import { hardenGrpc } from '../../core/harden-grpc.ts'
import type { CallContext, HandlerOfKind, Implementation, MethodKind } from './method-types.ts'
import { serviceDefinition } from './service-definition.ts'
import { RpcStatusError } from './status-error.ts'

type Handlers = HandlerOfKind<DescMessage, DescMessage>

interface GrpcHandlers {
  unary: handleUnaryCall<Message, unknown>
  server_streaming: handleServerStreamingCall<Message, unknown>
  client_streaming: handleClientStreamingCall<Message, unknown>
  bidi_streaming: handleBidiStreamingCall<Message, unknown>
}

type ServerCall = EventEmitter &
  Pick<ServerUnaryCall<Message, unknown>, 'metadata' | 'getPeer' | 'getDeadline' | 'sendMetadata'>

/** Called with an error that is not a status, before the client gets INTERNAL. */
export type OnUnexpected = (thrown: unknown) => void

/** Adds to the error of a call what its caller asked for, such as details. */
export type Explain = (error: RpcStatusError, context: CallContext) => RpcStatusError

/** What a call ends with when its handler throws. */
type ToStatus = (thrown: unknown, context: ServedContext) => StatusObject

/** Undefined where a handler has not asked for `trailers`. */
interface ServedContext extends CallContext {
  readonly ownTrailers: Metadata | undefined
}

/**
 * Serves `implementation` on `server`. A method without a handler answers UNIMPLEMENTED. `RpcStatusError.from` turns what a
 * handler throws into the status of the call, and `explain` may add to it.
 */
export function addService<S extends DescService>(
  server: Server,
  desc: S,
  implementation: Partial<Implementation<S>>,
  onUnexpected: OnUnexpected = () => {},
  explain: Explain = (error) => error,
): void {
  hardenGrpc()
  const toStatus: ToStatus = (thrown, context) => statusOf(thrown, context, onUnexpected, explain)
  const handlers = implementation as Partial<Record<string, Handlers[MethodKind]>>
  const adapted: Record<string, UntypedHandleCall> = {}
  for (const { localName, methodKind } of desc.methods) {
    const handler = handlers[localName]
    if (handler) adapted[localName] = adapt(methodKind, handler, toStatus)
  }
  server.addService(serviceDefinition(desc), adapted)
}

function adapt<K extends MethodKind>(kind: K, handler: Handlers[K], toStatus: ToStatus): GrpcHandlers[K] {
  return ADAPTERS[kind](handler, toStatus)
}

const ADAPTERS: {
  readonly [K in MethodKind]: (handler: Handlers[K], toStatus: ToStatus) => GrpcHandlers[K]
} = {
  unary: (handler, toStatus) => (call, respond) =>
    answerOnce(call, (context) => handler(call.request, context), respond, toStatus),
  server_streaming: (handler, toStatus) => (call) =>
    answerMany(call, (context) => handler(call.request, context), toStatus),
  client_streaming: (handler, toStatus) => (call, respond) =>
    answerOnce(call, (context) => handler(requestsOf(call), context), respond, toStatus),
  bidi_streaming: (handler, toStatus) => (call) =>
    answerMany(call, (context) => handler(requestsOf(call), context), toStatus),
}

async function answerOnce(
  call: ServerCall,
  run: (context: CallContext) => Promise<unknown>,
  respond: sendUnaryData<unknown>,
  toStatus: ToStatus,
): Promise<void> {
  const context = contextOf(call)
  try {
    respond(null, await run(context), context.ownTrailers)
  } catch (thrown) {
    respond(toStatus(thrown, context))
  }
}

/** `pipe` waits for the call to drain before it reads the next answer, so a slow client slows its generator. */
function answerMany(
  call: ServerCall & Writable & { end(trailers?: Metadata): unknown },
  run: (context: CallContext) => AsyncIterable<unknown>,
  toStatus: ToStatus,
): void {
  const context = contextOf(call)
  const answers = Readable.from(startInside(() => run(context)))
  // grpc-js takes the status of a stream from its 'error' event, and sends it after the answers.
  answers.on('error', (thrown) => call.emit('error', toStatus(thrown, context)))
  call.on('cancelled', () => answers.destroy())
  answers.on('end', () => call.end(context.ownTrailers))
  answers.pipe(call, { end: false })
}

/** Makes a handler that throws before it returns its iterable fail like one that throws during iteration. */
async function* startInside<T>(start: () => AsyncIterable<T>): AsyncGenerator<T> {
  yield* start()
}

/** Leaving the loop must not destroy the call, which still has to send its status. */
function requestsOf(call: Readable): AsyncIterable<Message> {
  return { [Symbol.asyncIterator]: () => call.iterator({ destroyOnReturn: false }) }
}

function contextOf(call: ServerCall): ServedContext {
  // The signal is created on first use: creating and aborting one for each call costs more than a short answer.
  let over: AbortController | undefined
  let isOver = false
  call.on('cancelled', () => {
    isOver = true
    over?.abort()
  })
  let trailers: Metadata | undefined
  const deadline = call.getDeadline()
  return {
    metadata: call.metadata,
    peer: call.getPeer(),
    get signal() {
      over ??= new AbortController()
      if (isOver) over.abort()
      return over.signal
    },
    deadline: deadline === Number.POSITIVE_INFINITY ? undefined : new Date(deadline),
    get trailers() {
      trailers ??= new Metadata()
      return trailers
    },
    get ownTrailers() {
      return trailers
    },
    sendHeaders: (headers) => call.sendMetadata(headers),
  }
}

/** An error that a handler throws after its call has ended is not reported: usually it is an AbortError. */
function statusOf(
  thrown: unknown,
  context: ServedContext,
  onUnexpected: OnUnexpected,
  explain: Explain,
): StatusObject {
  const error = explain(
    RpcStatusError.from(thrown, context.signal.aborted ? undefined : onUnexpected),
    context,
  )
  return {
    code: error.code,
    // grpc-js percent-encodes the text, which throws on half a surrogate pair.
    details: error.message.toWellFormed(),
    metadata: withTrailers(error.metadata, context.ownTrailers),
  }
}

/** A copy: the metadata of an error may be shared by many calls. */
function withTrailers(metadata: Metadata, trailers: Metadata | undefined): Metadata {
  if (trailers === undefined) return metadata
  const all = metadata.clone()
  all.merge(trailers)
  return all
}
