// Clients that make one call after the other on one connection, with as little code as their protocol needs.

import { once } from 'node:events'
import { Agent } from 'node:http'
import { connect } from 'node:http2'
import { create, toBinary } from '@bufbuild/protobuf'
import { EchoRequestSchema, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { SwitchyardError } from '../../../../core/errors.ts'
import { toGrpcFrame } from '../../../../core/grpc-framing.ts'
import { FrameReader } from '../wire/frames.ts'
import { callWeb, type Mode } from '../wire/web-call.ts'

export interface Caller {
  /** @throws SwitchyardError `process-failed` for any other answer than OK with a message of that size */
  call(): Promise<void>
  close(): void
}

const METHOD = `${EchoService.typeName}/Unary`

/** @param address `HOST:PORT` @param bytes of payload, in the request and in the answer */
export type OpenCaller = (address: string, bytes: number) => Caller

export const openWeb =
  (mode: Mode): OpenCaller =>
  (address, bytes) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const messages = [requestOf(bytes)]
    return {
      async call() {
        const answer = await callWeb({ url: `http://${address}`, method: METHOD, mode, messages, agent })
        requireOk(String(answer.status), answer.messages, bytes)
      },
      close: () => agent.destroy(),
    }
  }

export const openGrpc: OpenCaller = (address, bytes) => {
  const session = connect(`http://${address}`)
  const body = toGrpcFrame(requestOf(bytes))
  return {
    async call() {
      const stream = session.request({
        ...{ ':method': 'POST', ':path': `/${METHOD}` },
        ...{ 'content-type': 'application/grpc+proto', te: 'trailers' },
      })
      let status: unknown
      stream.on('trailers', (trailers) => {
        status = trailers['grpc-status']
      })
      stream.end(body)
      const reader = new FrameReader()
      const messages: Uint8Array[] = []
      for await (const piece of stream as AsyncIterable<Buffer>) {
        messages.push(...reader.push(piece).map((frame) => frame.bytes))
      }
      // Trailers come before the end, and a stream that fails throws.
      if (status === undefined && !stream.closed) await once(stream, 'close')
      requireOk(String(status), messages, bytes)
    },
    close: () => session.destroy(),
  }
}

function requestOf(bytes: number): Uint8Array {
  const payload = new Uint8Array(bytes)
  return toBinary(EchoRequestSchema, create(EchoRequestSchema, { payload, payloadSize: bytes }))
}

function requireOk(status: string, messages: readonly Uint8Array[], bytes: number): void {
  const [message] = messages
  if (status === '0' && message !== undefined && message.byteLength >= bytes) return
  throw new SwitchyardError(
    'process-failed',
    `a call that should cost something has failed: status ${status}, ${messages.length} messages`,
  )
}
