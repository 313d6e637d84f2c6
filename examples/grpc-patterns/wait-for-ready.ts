// Wait-for-ready: calls to a server that is not there yet, failing fast or waiting for it.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { type CallOptions, Metadata, status } from '@grpc/grpc-js'
import { connectEcho, type EchoClient, type Print, serveEcho } from './echo.ts'

/** The server starts after this time, and clients try to connect again after it. */
const LATE_MS = 300
const RECONNECT_MS = 100

export interface Ended {
  readonly status: string
  readonly details: string
  readonly ms: number
}

export interface WaitForReadySeen {
  /** The default. */
  readonly failFast: Ended
  readonly waiting: Ended
  /** Waiting for a server that never comes. */
  readonly inVain: Ended
  readonly lateMs: number
}

export async function showWaitForReady(print: Print): Promise<WaitForReadySeen> {
  const [free, never] = [await freePort(), await freePort()]
  const options = {
    'grpc.initial_reconnect_backoff_ms': RECONNECT_MS,
    'grpc.max_reconnect_backoff_ms': RECONNECT_MS,
  }
  const client = connectEcho(`127.0.0.1:${free}`, options)
  const stranded = connectEcho(`127.0.0.1:${never}`, options)
  try {
    const failFast = await endOf(client, false)
    print(`without wait-for-ready: ${textOf(failFast)}`)

    const waits = endOf(client, true)
    await setTimeout(LATE_MS)
    const server = await serveEcho({ unary: (_call, answer) => answer(null, {}) }, {}, free)
    const waiting = await waits
    server.close()
    print(`with it, and a server that starts ${LATE_MS} ms later: ${textOf(waiting)}`)

    const inVain = await endOf(stranded, true, { deadline: Date.now() + LATE_MS })
    print(`with it, a deadline, and no server: ${textOf(inVain)}`)
    return { failFast, waiting, inVain, lateMs: LATE_MS }
  } finally {
    for (const one of [client, stranded]) one.close()
  }
}

function endOf(client: EchoClient, waitForReady: boolean, options: CallOptions = {}): Promise<Ended> {
  const begin = performance.now()
  // In grpc-js it is an option of the metadata.
  const metadata = new Metadata({ waitForReady })
  return new Promise((resolve) => {
    client.unary({}, metadata, options, (error) =>
      resolve({
        status: status[error?.code ?? status.OK] ?? '',
        details: error?.details ?? '',
        ms: performance.now() - begin,
      }),
    )
  })
}

const textOf = ({ status, details, ms }: Ended) => `${status} after ${ms.toFixed(0)} ms ${details}`.trim()

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port')
  return address.port
}
