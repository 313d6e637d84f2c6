// A call of the echo service over HTTP/1.1 whose request stays open until it is ended: it shows when the bytes of an answer come.

import { once } from 'node:events'
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createZstdDecompress } from 'node:zlib'
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { EchoRequestSchema, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { toGrpcFrame } from '../../core/grpc-framing.ts'
import { type Frame, FrameReader } from '../../experiments/scenarios/grpc-web/wire/frames.ts'
import type { Teardowns } from './real-envoy.ts'

type Request = MessageInitShape<typeof EchoRequestSchema>

export interface Http1Answer {
  readonly http: number
  readonly headers: IncomingHttpHeaders
  readonly trailers: IncomingHttpHeaders
  readonly frames: readonly Frame[]
  /** Of the body, as they came: compressed, and without what HTTP/1.1 adds to them. */
  readonly bytes: number
}

export interface Http1Call {
  readonly send: (message: Request) => void
  /** Resolves when the first frame of the answer can be read. */
  readonly first: Promise<Frame>
  /** Ends the request, and resolves with the whole answer. */
  readonly end: () => Promise<Http1Answer>
}

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
}

/** On a connection of its own. @param headers at least the content type */
export function openHttp1Call(
  t: Teardowns,
  address: string,
  method: keyof typeof EchoService.method,
  headers: Readonly<Record<string, string>>,
): Http1Call {
  const { promise: first, resolve: seen } = Promise.withResolvers<Frame>()
  const path = `/${EchoService.typeName}/${EchoService.method[method].name}`
  const agent = new Agent()
  const sent = request(`http://${address}${path}`, { method: 'POST', headers, agent })
  sent.flushHeaders()
  t.teardown(() => sent.destroy())
  const answer = (async (): Promise<Http1Answer> => {
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const reader = new FrameReader()
    const frames: Frame[] = []
    let bytes = 0
    response.on('data', (piece: Buffer) => {
      bytes += piece.length
    })
    const decode = DECODERS[response.headers['content-encoding'] ?? '']
    for await (const piece of (decode ? response.pipe(decode()) : response) as AsyncIterable<Buffer>) {
      for (const frame of reader.push(piece)) {
        seen(frame)
        frames.push(frame)
      }
    }
    const { statusCode: http = 0, trailers } = response
    return { http, headers: response.headers, trailers, frames, bytes }
  })()
  // A call that nobody ends any more fails when the test ends.
  answer.catch(() => {})
  return {
    send: (message) =>
      sent.write(toGrpcFrame(toBinary(EchoRequestSchema, create(EchoRequestSchema, message)))),
    first,
    end() {
      sent.end()
      return answer
    },
  }
}

/** One message in each direction. */
export function callHttp1(
  t: Teardowns,
  address: string,
  message: Request,
  headers: Readonly<Record<string, string>>,
  method: keyof typeof EchoService.method = 'unary',
): Promise<Http1Answer> {
  const call = openHttp1Call(t, address, method, headers)
  call.send(message)
  return call.end()
}

/** Whether the answer to the first message is still held back when another caller has made fifty calls, and the call is open. */
export async function isHeldBack(
  { send, first }: Http1Call,
  message: Request,
  other: () => Promise<unknown>,
): Promise<boolean> {
  let isEarly = false
  void first.then(() => {
    isEarly = true
  })
  send(message)
  for (let call = 0; call < 50 && !isEarly; call += 1) await other()
  return !isEarly
}

/**
 * Resolves when the answer to the first message can be read, while the call is open; the test's timeout bounds it. Calls of others
 * would be no measure: another worker of Envoy may answer them.
 */
export async function untilAnsweredEarly({ send, first }: Http1Call, message: Request): Promise<void> {
  send(message)
  await first
}
