// A large upload without client streaming: chunks by unary calls. Each may be repeated.

import { createClient } from '@connectrpc/connect'
import { createGrpcWebTransport } from '@connectrpc/connect-web'
import { KeyValueService } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'

export interface UploadOptions {
  readonly baseUrl: string
  /** Of the keys of its chunks, `NAME/00000` and so on. */
  readonly name: string
  readonly content: Blob
  readonly chunkBytes: number
  /** Chunks under way at the same time. Over HTTP/1.1, a browser opens six connections at most. */
  readonly atATime: number
  readonly onChunk?: (sent: number, all: number) => void
}

/**
 * Sends all chunks. A key says which part a chunk is, so that a chunk that arrives twice changes nothing, and order does not matter.
 * @returns the number of chunks
 */
export async function upload({
  baseUrl,
  name,
  content,
  chunkBytes,
  atATime,
  onChunk,
}: UploadOptions): Promise<number> {
  const client = createClient(KeyValueService, createGrpcWebTransport({ baseUrl }))
  const all = Math.ceil(content.size / chunkBytes)
  let next = 0
  let sent = 0
  const sendSome = async () => {
    while (next < all) {
      const index = next
      next += 1
      const chunk = content.slice(index * chunkBytes, (index + 1) * chunkBytes)
      const key = `${name}/${String(index).padStart(5, '0')}`
      await client.put({ key, value: new Uint8Array(await chunk.arrayBuffer()) })
      sent += 1
      onChunk?.(sent, all)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atATime, all) }, sendSome))
  return all
}
