// Sends messages one after the other over one connection, each large, and times each of them.

import { create, toBinary } from '@bufbuild/protobuf'
import { EchoRequestSchema } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Client, credentials } from '@grpc/grpc-js'
import { asBytes, ECHO_PATH, TRANSFER_PATH, transferRequest } from '../methods.ts'

export const DIRECTIONS = ['up', 'down'] as const
/** `up`: the request is large; `down`: the answer is. */
export type Direction = (typeof DIRECTIONS)[number]

export interface TransferOptions {
  readonly target: string
  readonly direction: Direction
  /** Of each message, in their order. */
  readonly bytes: readonly number[]
  /** Flow-control window in bytes of the client, for streams and connection: it limits answers. Default: 65,535. */
  readonly window?: number
  /** Whether the requests are those of the echo service, which servers in all languages know. Only up. */
  readonly echo?: boolean
}

export interface Transferred {
  /** By message. */
  readonly ms: readonly number[]
}

export async function transfer(options: TransferOptions): Promise<Transferred> {
  const { target, direction, bytes, window, echo = false } = options
  const client = new Client(target, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': -1,
    ...(window !== undefined && { 'grpc-node.flow_control_window': window }),
  })
  const requestOf = (size: number) =>
    echo ? echoRequest(size) : direction === 'up' ? transferRequest(size, 0) : transferRequest(0, size)
  const call = (size: number) =>
    new Promise<void>((resolve, reject) => {
      const path = echo ? ECHO_PATH : TRANSFER_PATH
      const done = (error: Error | null) => (error ? reject(error) : resolve())
      client.makeUnaryRequest<Buffer, Buffer>(path, asBytes, asBytes, requestOf(size), done)
    })
  try {
    // Connects, and tells the server of a first stream, by which it sets its window. Then a round trip for its SETTINGS to arrive.
    await call(0)
    await call(0)
    const ms: number[] = []
    for (const size of bytes) {
      const begun = performance.now()
      await call(size)
      ms.push(performance.now() - begun)
    }
    return { ms }
  } finally {
    client.close()
  }
}

function echoRequest(bytes: number): Buffer {
  return Buffer.from(
    toBinary(EchoRequestSchema, create(EchoRequestSchema, { payload: new Uint8Array(bytes) })),
  )
}
