// Statuses of calls whose bytes, methods or trailers are not what the peer expects.

import { create, toBinary } from '@bufbuild/protobuf'
import { EchoRequestSchema, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { COMPRESSED, toGrpcFrame } from '../../../../core/grpc-framing.ts'
import { rpcMethod } from '../../../../services/rpc/index.ts'
import { authorityOf } from '../authority.ts'
import { type Cause, RETRY, type Scene } from './cause.ts'
import { ANSWER_HEADER } from './foreign-server.ts'
import { type Outcome, outcomeOfRaw } from './outcome.ts'
import { PLAIN_SERVICE } from './plain-server.ts'
import { callRaw } from './raw-call.ts'

const UNARY = rpcMethod(EchoService.method.unary)
const HELLO = toBinary(EchoRequestSchema, create(EchoRequestSchema, { message: 'hello' }))
/** Field 1 of 127 bytes, which do not follow. */
const BROKEN = Uint8Array.of(0x0a, 0x7f, 0x01)

interface Bytes {
  readonly path: string
  readonly message?: Uint8Array
  /** For the foreign server. */
  readonly answer?: string
  readonly maxAnswerBytes?: number
}

/** A unary call of grpc-js with these bytes as its message; the answer is read as an EchoResponse. */
function sendBytes(server: string, { path, message = HELLO, answer, maxAnswerBytes }: Bytes) {
  return ({ parts, way }: Scene): Promise<Outcome> => {
    const client = new Client(
      parts.targetOf(server, way),
      credentials.createInsecure(),
      parts.optionsOf(server, {
        ...(maxAnswerBytes !== undefined && { 'grpc.max_receive_message_length': maxAnswerBytes }),
      }),
    )
    const metadata = Metadata.fromHttp2Headers(answer === undefined ? {} : { [ANSWER_HEADER]: answer })
    return new Promise<Outcome>((resolve) => {
      client.makeUnaryRequest(
        path,
        (bytes: Uint8Array) => Buffer.from(bytes),
        UNARY.responseDeserialize,
        message,
        metadata,
        {},
        (error: ServiceError | null) =>
          resolve({ code: error?.code ?? status.OK, text: error?.details ?? '' }),
      )
    }).finally(() => client.close())
  }
}

/** Asks the foreign server for an answer. */
export function askForeign(answer: string) {
  return sendBytes('foreign', { path: UNARY.path, answer })
}

const library = { by: "server's library", retry: RETRY.bug } as const
const client = { by: 'client', retry: RETRY.bug } as const

export const CAUSES_OF_PROTOCOL: readonly Cause[] = [
  {
    id: 'thrown-exception',
    code: status.UNKNOWN,
    what: 'a handler of grpc-js without an adapter throws an Error',
    ...library,
    provoke: sendBytes('plain', { path: `/${PLAIN_SERVICE}/Throws` }),
  },
  {
    id: 'unknown-number',
    code: status.UNKNOWN,
    ends: { direct: 42, envoy: 42 },
    note: 'gRPC reads an unknown number as UNKNOWN; grpc-js hands it on, and Envoy does not look at it',
    what: 'the server answers grpc-status 42, which no gRPC version has',
    ...client,
    provoke: askForeign('status-42'),
  },
  {
    id: 'web-page',
    code: status.UNKNOWN,
    ends: { direct: status.RESOURCE_EXHAUSTED, envoy: status.RESOURCE_EXHAUSTED },
    note: 'grpc-js does not look at content-type: it takes `<html` for a prefix, `<` as the flag and `html` as a length of 1752460652',
    what: 'a web server answers HTTP 200 with a page',
    ...client,
    provoke: askForeign('http-200'),
  },
  {
    id: 'missing-method',
    code: status.UNIMPLEMENTED,
    what: 'a method that the service does not have (an older server)',
    ...library,
    retry: RETRY.never,
    provoke: sendBytes('store', { path: `/${KeyValueService.typeName}/Increment` }),
  },
  {
    id: 'unknown-compression',
    code: status.UNIMPLEMENTED,
    what: 'a message compressed by snappy, which the server does not know',
    ...library,
    retry: 'yes, uncompressed or by what grpc-accept-encoding names',
    provoke: async ({ parts, way }) =>
      outcomeOfRaw(
        await callRaw({
          target: parts.targetOf('store', way),
          authority: authorityOf('store'),
          path: UNARY.path,
          headers: { 'grpc-encoding': 'snappy' },
          body: toGrpcFrame(HELLO, COMPRESSED),
        }),
      ),
  },
  {
    id: 'no-route',
    code: status.UNIMPLEMENTED,
    what: 'Envoy has no route for the authority: HTTP 404 inside of Envoy',
    by: 'Envoy',
    retry: RETRY.never,
    ways: ['envoy'],
    provoke: sendBytes('unheard-of', { path: UNARY.path }),
  },
  {
    id: 'broken-request',
    code: status.INTERNAL,
    what: 'request bytes that are not a message: a field ends behind the message',
    ...library,
    provoke: sendBytes('store', { path: UNARY.path, message: BROKEN }),
  },
  {
    id: 'broken-answer',
    code: status.INTERNAL,
    what: 'answer bytes that are not a message: the client cannot read them',
    ...client,
    provoke: sendBytes('plain', { path: `/${PLAIN_SERVICE}/Broken` }),
  },
  {
    id: 'reset-internal',
    code: status.INTERNAL,
    ends: { envoy: status.UNAVAILABLE },
    note: 'for Envoy, a reset before any answer is an upstream that failed: HTTP 503 inside, whatever the code of the reset',
    what: 'the server resets the stream with INTERNAL_ERROR (2)',
    ...client,
    provoke: askForeign('reset-2'),
  },
  {
    id: 'reset-cancel',
    code: status.CANCELLED,
    ends: { envoy: status.UNAVAILABLE },
    note: 'for Envoy, a reset before any answer is an upstream that failed: clients that retry UNAVAILABLE send again what the server has cancelled',
    what: 'the server resets the stream with CANCEL (8)',
    ...client,
    provoke: askForeign('reset-8'),
  },
  {
    id: 'reset-refused',
    code: status.UNAVAILABLE,
    what: 'the server resets the stream with REFUSED_STREAM (7): it has not begun',
    ...client,
    retry: RETRY.backOff,
    provoke: askForeign('reset-7'),
  },
  {
    id: 'missing-trailers',
    code: status.INTERNAL,
    what: 'the stream ends without trailers, so without a grpc-status',
    ...client,
    provoke: askForeign('no-status'),
  },
  {
    id: 'cut-off-message',
    code: status.INTERNAL,
    ends: { direct: status.UNIMPLEMENTED, envoy: status.UNIMPLEMENTED },
    note: 'grpc-js drops the unfinished message, and a unary call that ends OK without a message is UNIMPLEMENTED for it',
    what: 'the stream ends inside of a message, with grpc-status 0',
    ...client,
    provoke: askForeign('cut-off'),
  },
  {
    id: 'too-large-answer',
    code: status.RESOURCE_EXHAUSTED,
    what: 'an answer of 64 KiB for a client that accepts 16 KiB',
    by: 'client',
    retry: RETRY.never,
    provoke: sendBytes('store', {
      path: UNARY.path,
      message: toBinary(EchoRequestSchema, create(EchoRequestSchema, { payloadSize: 65_536 })),
      maxAnswerBytes: 16_384,
    }),
  },
  {
    id: 'too-large-request',
    code: status.RESOURCE_EXHAUSTED,
    what: 'a request of 5 MiB for a server that accepts 4 MiB, the default',
    by: "server's library",
    retry: RETRY.never,
    provoke: sendBytes('plain', {
      path: `/${PLAIN_SERVICE}/Swallow`,
      message: new Uint8Array(5 * 1024 * 1024),
    }),
  },
]
