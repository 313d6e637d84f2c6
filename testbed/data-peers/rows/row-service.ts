// A service that takes rows, one by one, in batches and in streams, and says how many it has taken.
// A row is an entry of the key-value service, and a batch a list of entries; an answer has the number of rows.

import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf'
import {
  EntrySchema,
  type ListResponse,
  ListResponseSchema,
  type SealResponse,
  SealResponseSchema,
} from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import type { Server, ServerDuplexStream, ServerReadableStream, sendUnaryData } from '@grpc/grpc-js'

const methodOf = <I extends DescMessage>(
  name: string,
  input: I,
  [requestStream, responseStream]: readonly [boolean, boolean],
) => ({
  ...{ path: `/switchyard.tuning.v1.Rows/${name}`, requestStream, responseStream },
  requestSerialize: (message: MessageShape<I>) => encode(input, message),
  requestDeserialize: (bytes: Buffer) => decode(input, bytes),
  responseSerialize: (message: SealResponse) => encode(SealResponseSchema, message),
  responseDeserialize: (bytes: Buffer) => decode(SealResponseSchema, bytes),
})

export const ROW_METHODS = {
  write: methodOf('Write', EntrySchema, [false, false]),
  writeBatch: methodOf('WriteBatch', ListResponseSchema, [false, false]),
  /** One answer, when the stream has ended. */
  writeStream: methodOf('WriteStream', EntrySchema, [true, false]),
  /** An answer for each row. */
  writeAcknowledged: methodOf('WriteAcknowledged', EntrySchema, [true, true]),
}

/** A view, not a copy. */
function encode<D extends DescMessage>(schema: D, message: MessageShape<D>): Buffer {
  const bytes = toBinary(schema, message)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function decode<D extends DescMessage>(schema: D, bytes: Buffer): MessageShape<D> {
  return fromBinary(schema, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

const taken = (rows: number) => create(SealResponseSchema, { keys: rows })
const ONE = taken(1)

type Answer = sendUnaryData<SealResponse>

export function addRows(server: Server): void {
  server.addService(ROW_METHODS, {
    write: (_: unknown, answer: Answer) => answer(null, ONE),
    writeBatch: ({ request }: { readonly request: ListResponse }, answer: Answer) =>
      answer(null, taken(request.entries.length)),
    writeStream: (call: ServerReadableStream<unknown, SealResponse>, answer: Answer) => {
      let rows = 0
      call.on('data', () => {
        rows += 1
      })
      call.on('end', () => answer(null, taken(rows)))
    },
    writeAcknowledged: (call: ServerDuplexStream<unknown, SealResponse>) => {
      call.on('drain', () => call.resume())
      call.on('data', () => {
        if (!call.write(ONE)) call.pause()
      })
      call.on('end', () => call.end())
    },
  })
}
