// What a real client sends: the bytes of a call's request, taken from its HTTP/2 stream.

import { once } from 'node:events'
import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Client, compressionAlgorithms, credentials, Metadata } from '@grpc/grpc-js'

export interface SentBytes {
  readonly bytes: Buffer
  /** The header `grpc-encoding` of the call. */
  readonly encoding: string
}

/** Sends a message by grpc-js to a server that keeps the bytes, and answers that it does not implement the call. */
export async function sentBytes(message: Uint8Array, gzip: boolean): Promise<SentBytes> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    ...(gzip && { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip }),
  })
  const seen = once(server, 'stream').then(async ([stream, headers]) => {
    const bytes = await buffer(stream)
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' },
      { endStream: true },
    )
    return { bytes, encoding: String(headers['grpc-encoding'] ?? 'identity') }
  })
  const asIs = (bytes: Buffer) => bytes
  const ended = new Promise<void>((resolve) => {
    client.makeUnaryRequest('/wire.v1.Keeper/Keep', asIs, asIs, Buffer.from(message), new Metadata(), () =>
      resolve(),
    )
  })
  try {
    const sent = await seen
    await ended
    return sent
  } finally {
    client.close()
    server.close()
  }
}
