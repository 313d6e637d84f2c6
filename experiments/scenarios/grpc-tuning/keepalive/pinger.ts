// A client of HTTP/2 that pings more often than gRPC clients do: to count what a server takes.

import { once } from 'node:events'
import { connect, constants } from 'node:http2'
import { setTimeout } from 'node:timers/promises'

export interface PingOptions {
  /** `HOST:PORT`. */
  readonly address: string
  /** At most. */
  readonly pings: number
  /** Between an answer and the next ping. */
  readonly pauseMs: number
  /** Whether a call is open meanwhile. */
  readonly withCall: boolean
}

export interface PingResult {
  readonly answered: number
  /** Undefined if the server took all pings. */
  readonly goAway?: { readonly code: number; readonly text: string }
}

/** Sends each ping after the answer to the one before it. Resolves when all are, or when the server ends the connection. */
export async function sendPings({ address, pings, pauseMs, withCall }: PingOptions): Promise<PingResult> {
  const session = connect(`http://${address}`)
  let goAway: PingResult['goAway']
  session.on('error', () => {})
  session.on('goaway', (code, _, data) => {
    goAway = { code, text: Buffer.from(data ?? []).toString('latin1') }
  })
  const closed = new Promise<void>((resolve) => session.once('close', () => resolve()))
  await Promise.race([once(session, 'remoteSettings'), closed])
  if (withCall) session.request(OPEN_CALL).on('error', () => {})
  let answered = 0
  while (answered < pings && !session.closed && !session.destroyed) {
    const isAnswered = await Promise.race([answerTo(session), closed.then(() => false)])
    if (!isAnswered) break
    answered += 1
    if (pauseMs > 0) await Promise.race([setTimeout(pauseMs), closed])
  }
  if (goAway === undefined && answered < pings) await closed
  session.destroy()
  return { answered, ...(goAway && { goAway }) }
}

/** A stream without messages: it stays open until the server or the connection ends it. */
const OPEN_CALL = {
  [constants.HTTP2_HEADER_METHOD]: 'POST',
  [constants.HTTP2_HEADER_PATH]: '/switchyard.echo.v1.EchoService/Bidirectional',
  [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
  [constants.HTTP2_HEADER_TE]: 'trailers',
}

function answerTo(session: ReturnType<typeof connect>): Promise<boolean> {
  return new Promise((resolve) => {
    if (!session.ping((error) => resolve(error === null))) resolve(false)
  })
}
