// Takes payloads as messages of protobuf, and as streams of bytes. Its answers are empty.

import type { Server, ServerReadableStream, sendUnaryData } from '@grpc/grpc-js'
import { asBytes } from '../methods.ts'
import { decodeEcho, encodeAsView } from './echo-codec.ts'

export const TYPED_METHOD = {
  ...{ path: '/switchyard.tuning.v1.Copies/Typed', requestStream: false, responseStream: false },
  ...{ requestSerialize: encodeAsView, requestDeserialize: decodeEcho },
  ...{ responseSerialize: asBytes, responseDeserialize: asBytes },
}

export const CHUNKS_METHOD = {
  ...{ path: '/switchyard.tuning.v1.Copies/Chunks', requestStream: true, responseStream: false },
  ...{ requestSerialize: asBytes, requestDeserialize: asBytes },
  ...{ responseSerialize: asBytes, responseDeserialize: asBytes },
}

const EMPTY = Buffer.alloc(0)

export function addCopies(server: Server): void {
  server.addService(
    { typed: TYPED_METHOD, chunks: CHUNKS_METHOD },
    {
      typed: (_: unknown, answer: sendUnaryData<Buffer>) => answer(null, EMPTY),
      chunks: (call: ServerReadableStream<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
        call.on('data', () => {})
        call.on('end', () => answer(null, EMPTY))
      },
    },
  )
}
