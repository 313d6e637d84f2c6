// Opens streams whose answers it does not read, until nothing more arrives: what a slow reader holds in memory.

import { Client, type ClientReadableStream, credentials } from '@grpc/grpc-js'
import { asBytes, FLOOD_PATH, floodRequest, TRANSFER_PATH, transferRequest } from '../methods.ts'
import { sessionOf } from '../session-of.ts'

export interface HoldOptions {
  readonly target: string
  readonly streams: number
  readonly window: number
  /** Of each message: small ones, because the client decodes a few ahead. */
  readonly messageBytes: number
  /** Of each stream: more than the window has room for. */
  readonly messages: number
  /** Whether each stream reads one message before it pauses. */
  readonly readsOne: boolean
}

export interface Held {
  /** Bytes of TCP's payload that came while nothing was read. */
  readonly arrivedBytes: number
  /** Growth of the resident memory of this process meanwhile. */
  readonly residentBytes: number
  /** Messages that had come when all were read in the end. */
  readonly messages: number
}

const STILL_CALLS = 20
/** Of a call without payload: headers, trailers and an empty message. */
const MOST_ANSWER_BYTES = 500

export async function hold(options: HoldOptions): Promise<Held> {
  const { target, streams, window, messageBytes, messages, readsOne } = options
  const client = new Client(target, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc-node.flow_control_window': window,
  })
  const ping = () =>
    new Promise<void>((resolve, reject) => {
      const done = (error: Error | null) => (error ? reject(error) : resolve())
      const request = transferRequest(0, 0)
      client.makeUnaryRequest<Buffer, Buffer>(TRANSFER_PATH, asBytes, asBytes, request, done)
    })
  try {
    const session = await sessionOf(ping)
    const [bytesBefore, residentBefore] = [session.socket.bytesRead, process.memoryUsage.rss()]
    const request = floodRequest(messages, messageBytes)
    const open = Array.from({ length: streams }, () =>
      client.makeServerStreamRequest<Buffer, Buffer>(FLOOD_PATH, asBytes, asBytes, request),
    )
    if (!readsOne) for (const stream of open) stream.pause()
    const answers = open.map(countOf)
    if (readsOne) await Promise.all(open.map(pauseAfterFirst))
    // Nothing reads. The streams stand still when nothing but answers of other calls has come during several of them.
    let [still, arrived] = [0, 0]
    while (still < STILL_CALLS) {
      await ping()
      const now = session.socket.bytesRead - bytesBefore
      still = now - arrived > MOST_ANSWER_BYTES ? 0 : still + 1
      arrived = now
    }
    const residentBytes = Math.max(0, process.memoryUsage.rss() - residentBefore)
    for (const stream of open) stream.resume()
    const counts = await Promise.all(answers)
    return { arrivedBytes: arrived, residentBytes, messages: counts.reduce((sum, one) => sum + one, 0) }
  } finally {
    client.close()
  }
}

function pauseAfterFirst(stream: ClientReadableStream<Buffer>): Promise<void> {
  return new Promise((resolve) => {
    stream.once('data', () => {
      stream.pause()
      resolve()
    })
  })
}

function countOf(stream: ClientReadableStream<Buffer>): Promise<number> {
  return new Promise((resolve, reject) => {
    let count = 0
    stream.on('data', () => {
      count += 1
    })
    stream.on('end', () => resolve(count)).on('error', reject)
  })
}
