// A service whose errors carry as many bytes of details as the call asks for.

import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { create } from '@bufbuild/protobuf'
import { DebugInfoSchema } from '@envoy/xds-protos/google/rpc/error_details_pb.js'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Server, ServerCredentials, status } from '@grpc/grpc-js'
import {
  addService,
  DETAILS_TRAILER,
  type RpcClient,
  RpcStatusError,
  richError,
} from '../../../../services/rpc/index.ts'

/** What the errors say besides their details. */
export const SIZED_CODE = status.FAILED_PRECONDITION
export const SIZED_MESSAGE = 'see the details'

/**
 * Text that repeats nothing, as other texts do: HPACK's Huffman code makes a text of one letter much shorter.
 * @param length in bytes
 */
function textOf(length: number): string {
  let text = ''
  for (let index = 0; text.length < length; index += 1)
    text += createHash('sha256').update(String(index)).digest('base64')
  return text.slice(0, length)
}

/** The request's `payload_size` is the length of the text in the details. `Bidirectional` repeats messages, for neighbors. */
export async function startSizedErrors() {
  const server = new Server()
  addService(server, EchoService, {
    async unary({ payloadSize }) {
      const detail = create(DebugInfoSchema, { detail: textOf(payloadSize) })
      throw richError(SIZED_CODE, SIZED_MESSAGE, [detail])
    },
    async *bidirectional(requests) {
      for await (const { message } of requests) yield { message }
    },
  })
  const port = await promisify(server.bindAsync.bind(server))(
    '127.0.0.1:0',
    ServerCredentials.createInsecure(),
  )
  return { address: `127.0.0.1:${port}`, close: async () => server.forceShutdown() }
}

/** What a client gets of an error with details of this size. */
export interface SizedAnswer {
  readonly code: status
  readonly text: string
  /** Of the trailer's value, before base64; 0 if it did not arrive. */
  readonly bytes: number
}

/** @param deadlineMs after which the client stops waiting for an answer that does not come */
export async function askForDetails(
  echo: RpcClient<typeof EchoService>,
  size: number,
  deadlineMs: number,
): Promise<SizedAnswer> {
  try {
    await echo.unary({ payloadSize: size }, { deadline: Date.now() + deadlineMs })
  } catch (error) {
    if (!(error instanceof RpcStatusError)) throw error
    const [value] = error.metadata.get(DETAILS_TRAILER)
    const bytes = value === undefined ? 0 : Buffer.from(value).byteLength
    return { code: error.code, text: error.message, bytes }
  }
  throw new TypeError('the service answers errors only')
}
