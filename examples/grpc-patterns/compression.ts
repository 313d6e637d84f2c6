// Compression: bytes on the wire with and without, counted by a relay, for text, for random bytes and for tiny messages.

import { randomBytes } from 'node:crypto'
import { compressionAlgorithms, InterceptingCall, type Interceptor, Metadata } from '@grpc/grpc-js'
import { type CountingRelay, openRelay } from './counting-relay.ts'
import { connectEcho, type EchoClient, type Print, type Request, serveEcho } from './echo.ts'

/** gRPC's flag for a message that is not to be compressed, also as `write(message, 2)` of a stream. grpc-js does not export its enum. */
const NO_COMPRESS = 2

/** Sends the messages of a call as they are, on a channel that compresses. */
class PlainCall extends InterceptingCall {
  override sendMessageWithContext(
    context: Parameters<InterceptingCall['sendMessageWithContext']>[0],
    message: unknown,
  ): void {
    super.sendMessageWithContext({ ...context, flags: (context.flags ?? 0) | NO_COMPRESS }, message)
  }
}
const withoutCompression: Interceptor = (options, nextCall) => new PlainCall(nextCall(options))

const KIB = 1024

const MESSAGES: Readonly<Record<string, Request>> = {
  'text, 64 KiB': { message: 'The quick brown fox jumps over the lazy dog. '.repeat(1_456) },
  'random bytes, 64 KiB': { payload: randomBytes(64 * KIB) },
  'tiny, 5 bytes': { message: 'hello' },
}

export interface BytesSeen {
  readonly message: string
  /** Bytes of the request on the wire, all frames of the call; the connection is open already. */
  readonly plain: number
  readonly gzip: number
  readonly exempt: number
  /** Bytes of the answer, which repeats the message, to a compressed request. */
  readonly answer: number
}

export async function showCompression(print: Print): Promise<readonly BytesSeen[]> {
  const server = await serveEcho({
    unary(call, answer) {
      answer(null, { message: call.request.message, payload: call.request.payload })
    },
  })
  const relay = await openRelay(server.address)
  const plain = connectEcho(relay.address)
  const gzip = connectEcho(relay.address, {
    'grpc.default_compression_algorithm': compressionAlgorithms.gzip,
  })
  try {
    const seen: BytesSeen[] = []
    for (const [message, request] of Object.entries(MESSAGES)) {
      // Calls of the same kind before it, so that connections are open and their headers are in HPACK's tables.
      for (const warm of [plain, gzip]) await callWith(warm, request)
      const compressed = await bytesOf(relay, () => callWith(gzip, request))
      const row = {
        message,
        plain: (await bytesOf(relay, () => callWith(plain, request))).up,
        gzip: compressed.up,
        exempt: (await bytesOf(relay, () => callWith(gzip, request, withoutCompression))).up,
        answer: compressed.down,
      }
      seen.push(row)
      print(
        `${message}: ${row.plain} bytes as it is, ${row.gzip} with gzip, ${row.exempt} in a call without it; the answer has ${row.answer}`,
      )
    }
    return seen
  } finally {
    for (const client of [plain, gzip]) client.close()
    relay.close()
    server.close()
  }
}

async function bytesOf({ bytes }: CountingRelay, act: () => Promise<void>) {
  const before = { ...bytes }
  await act()
  return { up: bytes.up - before.up, down: bytes.down - before.down }
}

function callWith(client: EchoClient, request: Request, ...interceptors: Interceptor[]): Promise<void> {
  return new Promise((resolve, reject) => {
    client.unary(request, new Metadata(), { interceptors }, (error) => (error ? reject(error) : resolve()))
  })
}
