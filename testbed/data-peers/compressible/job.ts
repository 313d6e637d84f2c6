// Sends one payload again and again, one call after the other, with gzip or without.

import { Client, compressionAlgorithms, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { encodeHistogram, newHistogram, record } from '../../measure/histogram.ts'
import { asBytes, ECHO_PATH } from '../methods.ts'
import { sessionOf } from '../session-of.ts'
import { usageNow } from '../usage.ts'
import { type Kind, payloadOf } from './payloads.ts'

export const ENCODINGS = ['identity', 'gzip'] as const
export type Encoding = (typeof ENCODINGS)[number]

export interface CompressibleOptions {
  readonly target: string
  readonly encoding: Encoding
  readonly kind: Kind
  readonly bytes: number
  /** Calls begin during this time; at least `LEAST_CALLS` of them. */
  readonly seconds: number
}

export interface Compressible {
  readonly calls: number
  /** All calls of the job, also those that are not timed. */
  readonly made: number
  readonly codes: Readonly<Record<string, number>>
  /** Text of the last status that was not OK. */
  readonly error?: string
  readonly seconds: number
  readonly cpuMs: number
  /** To the server in the timed calls, of TCP's payload. */
  readonly writtenBytes: number
  readonly latency: string
}

const LEAST_CALLS = 3
/** The first connects. From the second on, the client knows what the server takes. */
const WARM_UP_CALLS = 3

export async function sendCompressible(options: CompressibleOptions): Promise<Compressible> {
  const { target, encoding, kind, bytes, seconds } = options
  const client = new Client(target, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.default_compression_algorithm': compressionAlgorithms[encoding],
  })
  const payload = payloadOf(kind, bytes)
  const codes: Record<string, number> = {}
  let error: string | undefined
  const call = () =>
    new Promise<void>((resolve) => {
      client.makeUnaryRequest<Buffer, Buffer>(ECHO_PATH, asBytes, asBytes, payload, (failure) => {
        const code = status[failure?.code ?? status.OK]
        codes[code] = (codes[code] ?? 0) + 1
        error = textOf(failure) ?? error
        resolve()
      })
    })
  try {
    for (let made = 1; made < WARM_UP_CALLS; made += 1) await call()
    const { socket } = await sessionOf(call)
    const writtenBefore = socket.bytesWritten
    const histogram = newHistogram()
    const [begun, cpuBefore] = [performance.now(), usageNow().cpuMs]
    let calls = 0
    while (calls < LEAST_CALLS || performance.now() - begun < 1_000 * seconds) {
      const sent = performance.now()
      await call()
      record(histogram, performance.now() - sent)
      calls += 1
    }
    return {
      ...{ calls, made: calls + WARM_UP_CALLS, codes, cpuMs: usageNow().cpuMs - cpuBefore },
      writtenBytes: socket.bytesWritten - writtenBefore,
      ...{ seconds: (performance.now() - begun) / 1_000, latency: encodeHistogram(histogram) },
      ...(error !== undefined && { error }),
    }
  } finally {
    client.close()
  }
}

const textOf = (failure: ServiceError | null) => failure?.details
