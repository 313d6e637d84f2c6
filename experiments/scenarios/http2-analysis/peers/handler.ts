// What the server does with a request, the same for HTTP/1.1 and HTTP/2.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { setTimeout } from 'node:timers/promises'
import type { Ticker } from './ticker.ts'

export type AnyRequest = IncomingMessage | Http2ServerRequest
export type AnyResponse = ServerResponse | Http2ServerResponse

/** A slow answer waits in 20 steps: whatever else the process has to do gets its turn in each of them. */
const STEPS = 20

/**
 * - `/bytes/N` reads the request to its end, and answers with N bytes
 * - `/slow/MS` answers after MS milliseconds
 * - `/ticks/N/BYTES` answers with the next N ticks, a record of BYTES bytes each
 */
export async function answer(ticker: Ticker, request: AnyRequest, response: AnyResponse): Promise<void> {
  const [, what, first = '0', second = '0'] = (request.url ?? '').split('/')
  request.resume()
  await ended(request)
  // The types of the two differ in overloads only.
  const out = response as ServerResponse
  if (what === 'bytes') {
    const body = bodyOf(Number(first))
    out.setHeader('content-length', body.length)
    out.end(body)
  } else if (what === 'slow') {
    for (let step = 0; step < STEPS; step += 1) await setTimeout(Number(first) / STEPS)
    out.end('slow')
  } else if (what === 'ticks') {
    ticker.send(out, Number(first), Number(second))
  } else {
    out.statusCode = 404
    out.end()
  }
}

function ended(request: AnyRequest): Promise<void> {
  return new Promise((resolve) => {
    if (request.readableEnded) resolve()
    else request.once('end', resolve).once('close', resolve)
  })
}

const bodies = new Map<number, Buffer>()

/** Made once, so that answers cost the same whatever the way. */
export function bodyOf(bytes: number): Buffer {
  const body = bodies.get(bytes) ?? Buffer.alloc(bytes, 'x')
  bodies.set(bytes, body)
  return body
}
