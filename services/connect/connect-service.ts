// Serves a protobuf-es service by connect: handlers of our gRPC adapter, also for gRPC-Web and Connect's own protocol.

import { type DescService, fromBinary } from '@bufbuild/protobuf'
import {
  Code,
  ConnectError,
  type ConnectRouter,
  createContextKey,
  type HandlerContext,
  type ServiceImpl,
} from '@connectrpc/connect'
import { StatusSchema } from '@envoy/xds-protos/google/rpc/status_pb.js'
import { Metadata } from '@grpc/grpc-js'
import { type CallContext, type Implementation, RpcStatusError } from '../rpc/index.ts'

const DETAILS = 'grpc-status-details-bin'
/** It has a place of its own in a status of connect. */
const OWN_PLACE = new Set([DETAILS])

/** The remote address of the connection, which connect does not know. */
export const PEER = createContextKey('unknown', { description: 'peer' })

type AnyHandler = (message: never, context: CallContext) => Promise<unknown> | AsyncIterable<unknown>

/** Adds `implementation` to a router of connect. A method without a handler answers UNIMPLEMENTED. */
export function addConnectService<S extends DescService>(
  router: ConnectRouter,
  desc: S,
  implementation: Partial<Implementation<S>>,
): void {
  const handlers = implementation as Readonly<Record<string, AnyHandler | undefined>>
  const adapted = desc.methods.flatMap(({ localName, methodKind }) => {
    const handler = handlers[localName]
    if (handler === undefined) return []
    const answersOnce = methodKind === 'unary' || methodKind === 'client_streaming'
    return [[localName, answersOnce ? once(handler) : stream(handler)] as const]
  })
  router.service(desc, Object.fromEntries(adapted) as Partial<ServiceImpl<S>>)
}

// Whatever a handler throws when its call is over, the status is the reason: the deadline has passed, or the caller is gone.

function once(handler: AnyHandler) {
  return async (message: never, call: HandlerContext) => {
    const context = contextOf(call)
    try {
      return await (handler(message, context) as Promise<unknown>)
    } catch (thrown) {
      throw toConnectError(call.signal.aborted ? call.signal.reason : thrown)
    } finally {
      addTo(call.responseTrailer, context.trailers)
    }
  }
}

function stream(handler: AnyHandler) {
  return async function* (message: never, call: HandlerContext) {
    const context = contextOf(call)
    try {
      yield* handler(message, context) as AsyncIterable<unknown>
    } catch (thrown) {
      throw toConnectError(call.signal.aborted ? call.signal.reason : thrown)
    } finally {
      addTo(call.responseTrailer, context.trailers)
    }
  }
}

function contextOf({
  requestHeader,
  responseHeader,
  signal,
  timeoutMs,
  values,
}: HandlerContext): CallContext {
  const left = timeoutMs()
  return {
    metadata: metadataOf(requestHeader),
    peer: values.get(PEER),
    signal,
    deadline: left === undefined ? undefined : new Date(Date.now() + left),
    trailers: new Metadata(),
    // Connect sends them with the first answer.
    sendHeaders: (headers) => addTo(responseHeader, headers),
  }
}

function addTo(headers: Headers, metadata: Metadata): void {
  for (const [name, values] of Object.entries(metadata.toHttp2Headers())) {
    for (const value of [values ?? []].flat()) headers.append(name, String(value))
  }
}

function metadataOf(headers: Headers): Metadata {
  const metadata = new Metadata()
  for (const [name, value] of headers) {
    metadata.add(name, name.endsWith('-bin') ? Buffer.from(value, 'base64') : value)
  }
  return metadata
}

/** A status of the adapter with its trailers and details, as connect sends it in any of its protocols. */
export function toConnectError(thrown: unknown): ConnectError {
  if (thrown instanceof ConnectError) return thrown
  const { code, message, metadata } = RpcStatusError.from(thrown)
  const error = new ConnectError(message, code in Code ? (code as number as Code) : Code.Unknown)
  for (const [name, values] of Object.entries(metadata.toHttp2Headers())) {
    if (!OWN_PLACE.has(name)) error.metadata.set(name, [values].flat().join(', '))
  }
  const [details] = metadata.get(DETAILS)
  if (details instanceof Uint8Array) {
    error.details = fromBinary(StatusSchema, details).details.map(({ typeUrl, value }) => ({
      type: typeUrl.slice(typeUrl.lastIndexOf('/') + 1),
      value,
    }))
  }
  return error
}
