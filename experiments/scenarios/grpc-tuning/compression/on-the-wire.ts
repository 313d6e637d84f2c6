// What a tap sees of compression: headers, the flag of each message, answers, and the choice for one call.

import { Client, compressionAlgorithms, credentials, InterceptingCall, type Interceptor } from '@grpc/grpc-js'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { asBytes, TRANSFER_PATH, transferRequest } from '../../../../testbed/data-peers/methods.ts'
import type { SeenFrame, Side } from '../../../../testbed/http2/connection-reader.ts'
import { startTap } from '../../../../testbed/http2/tap.ts'
import { loopbackDataPeers } from '../data-peers/shared-data-peers.ts'

export const WIRE = 'compression.wire'
const BYTES = 10_000
/** https://grpc.github.io/grpc/core/group__grpc__types.html */
const NO_COMPRESS = 2

/** The channel compresses; a call with this interceptor does not. */
export const uncompressed: Interceptor = (options, next) => new UncompressedCall(next(options))

class UncompressedCall extends InterceptingCall {
  override sendMessage(message: unknown): void {
    this.sendMessageWithContext({ flags: NO_COMPRESS }, message)
  }
}

/** What one call was like on the wire. */
export interface SeenCall {
  /** What the client says that it has compressed by, and what it takes. */
  readonly encoding: string | undefined
  readonly accepts: string | undefined
  /** What the server says that it takes. */
  readonly serverAccepts: string | undefined
  readonly request: SeenMessage | undefined
  readonly answer: SeenMessage | undefined
}

interface SeenMessage {
  readonly compressed: boolean
  readonly bytes: number
}

/** In their order. */
export const SEEN_CALLS = ['identity', 'gzip', 'gzip channel, one call without'] as const

export async function measureOnTheWire(context: RunContext): Promise<Measured> {
  const peers = await loopbackDataPeers(context)
  const calls = [
    await seenCall(await peers.open(), 'identity', []),
    await seenCall(await peers.open(), 'gzip', []),
    await seenCall(await peers.open(), 'gzip', [uncompressed]),
  ]
  return facts({
    ...{ calls: calls.length, codes: { OK: calls.length } },
    texts: Object.fromEntries(SEEN_CALLS.map((name, at) => [name, JSON.stringify(calls[at])])),
  })
}

async function seenCall(
  to: string,
  encoding: 'identity' | 'gzip',
  interceptors: Interceptor[],
): Promise<SeenCall> {
  const tap = await startTap({ to })
  const client = new Client(tap.address, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.default_compression_algorithm': compressionAlgorithms[encoding],
  })
  try {
    await new Promise<void>((resolve, reject) => {
      const request = transferRequest(BYTES, BYTES)
      const done = (error: Error | null) => (error ? reject(error) : resolve())
      client.makeUnaryRequest<Buffer, Buffer>(
        ...([TRANSFER_PATH, asBytes, asBytes, request, { interceptors }, done] as const),
      )
    })
  } finally {
    client.close()
    await tap.stop()
  }
  const frames = tap.connections()[0]?.frames ?? []
  return {
    encoding: headerOf(frames, 'client', 'grpc-encoding'),
    accepts: headerOf(frames, 'client', 'grpc-accept-encoding'),
    serverAccepts: headerOf(frames, 'server', 'grpc-accept-encoding'),
    request: messageOf(frames, 'client'),
    answer: messageOf(frames, 'server'),
  }
}

function headerOf(frames: readonly SeenFrame[], side: Side, wanted: string): string | undefined {
  const fields = frames.filter(({ from }) => from === side).flatMap(({ block }) => block?.fields ?? [])
  return fields.find(({ name }) => name === wanted)?.value
}

function messageOf(frames: readonly SeenFrame[], side: Side): SeenMessage | undefined {
  const [first] = frames.filter(({ from }) => from === side).flatMap(({ messages }) => messages ?? [])
  return first && { compressed: first.compressed, bytes: first.bytes.length }
}
