// A caller that sends requests and reads no responses: an HTTP/2 connection whose receive windows are 0.

import { once } from 'node:events'
import { type ClientHttp2Session, connect } from 'node:http2'
import { toGrpcFrame } from '../../core/grpc-framing.ts'
import type { Teardowns } from './real-envoy.ts'
import { until } from './until.ts'

export interface StalledConnection {
  /**
   * Resolves with the number of bytes sent when the peer reads no more: none during 50 calls of `roundTrip`, which must pass
   * through every part that could still read some.
   */
  readonly settled: (roundTrip: () => Promise<unknown>) => Promise<number>
  /** Resolves with the number of bytes sent when it is more than this: the test's timeout bounds it. */
  readonly sentMore: (bytes: number) => Promise<number>
  readonly close: () => void
}

export interface StalledStreams {
  readonly path: string
  readonly streams: number
  /** Sent repeatedly on each stream until `bytes` are sent. */
  readonly message: Uint8Array
  readonly bytes: number
}

/** After this number of round trips without progress, no byte is in flight. */
const QUIET_ROUND_TRIPS = 50

/** Opens streams that send `bytes` each and read no response: the initial window of the client is 0. */
export async function openStalledConnection(
  t: Teardowns,
  address: string,
  { path, streams, message, bytes }: StalledStreams,
): Promise<StalledConnection> {
  const session = connect(`http://${address}`, { settings: { initialWindowSize: 0 } })
  session.on('error', () => {})
  const close = () => session.destroy()
  t.teardown(close)
  await once(session, 'connect')
  const frame = toGrpcFrame(message)
  const open = () => sendForever(session, path, frame, Math.ceil(bytes / frame.length))
  for (let stream = 0; stream < streams; stream += 1) open()
  const sentMore = async (bytes: number) => {
    await until(() => session.socket.bytesWritten > bytes)
    return session.socket.bytesWritten
  }
  return { settled: (roundTrip) => settled(session, roundTrip), sentMore, close }
}

function sendForever(session: ClientHttp2Session, path: string, frame: Buffer, count: number): void {
  const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' }
  const stream = session.request(headers)
  stream.on('error', () => {})
  let left = count
  const send = () => {
    while (left > 0) {
      left -= 1
      if (!stream.write(frame)) return
    }
    stream.end()
  }
  stream.on('drain', send)
  send()
}

async function settled(session: ClientHttp2Session, roundTrip: () => Promise<unknown>): Promise<number> {
  let [sent, quiet] = [0, 0]
  while (quiet < QUIET_ROUND_TRIPS && !session.destroyed) {
    await roundTrip()
    const now = session.socket.bytesWritten
    quiet = now === sent ? quiet + 1 : 0
    sent = now
  }
  return sent
}
