// The echo service. It answers with the name of this server, so that a client sees which one it called.

import { fileURLToPath } from 'node:url'
import {
  loadPackageDefinition,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceClientConstructor,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

const PROTO = fileURLToPath(new URL('../../../proto/switchyard/echo/v1/echo.proto', import.meta.url))

interface EchoRequest {
  readonly message: string
  readonly payloadSize: number
  readonly count: number
}

interface EchoResponse {
  readonly message: string
  readonly backendId: string
  readonly sequence: number
  readonly payload: Buffer
  readonly peer: string
}

const { switchyard } = loadPackageDefinition(loadSync(PROTO, { defaults: true })) as unknown as {
  readonly switchyard: { readonly echo: { readonly v1: { readonly EchoService: ServiceClientConstructor } } }
}

export const { service: echoDefinition } = switchyard.echo.v1.EchoService

export const ECHO_SERVICE = 'switchyard.echo.v1.EchoService'

/** @param name what answers carry as their backend */
export function echoHandlers(name: string) {
  const answer = (
    { message, payloadSize }: EchoRequest,
    call: { getPeer(): string },
    sequence: number,
  ): EchoResponse => ({
    message,
    backendId: name,
    sequence,
    payload: Buffer.alloc(payloadSize),
    peer: call.getPeer(),
  })
  return {
    unary(call: ServerUnaryCall<EchoRequest, EchoResponse>, done: sendUnaryData<EchoResponse>) {
      done(null, answer(call.request, call, 0))
    },

    serverStream(call: ServerWritableStream<EchoRequest, EchoResponse>) {
      const count = Math.max(call.request.count, 1)
      for (let sequence = 0; sequence < count; sequence += 1) call.write(answer(call.request, call, sequence))
      call.end()
    },

    clientStream(call: ServerReadableStream<EchoRequest, EchoResponse>, done: sendUnaryData<EchoResponse>) {
      let last: EchoRequest = { message: '', payloadSize: 0, count: 0 }
      let received = 0
      call.on('data', (request: EchoRequest) => {
        last = request
        received += 1
      })
      call.on('end', () => done(null, answer(last, call, received)))
    },

    bidirectional(call: ServerDuplexStream<EchoRequest, EchoResponse>) {
      let sequence = 0
      call.on('data', (request: EchoRequest) => {
        call.write(answer(request, call, sequence))
        sequence += 1
      })
      call.on('end', () => call.end())
    },
  }
}
