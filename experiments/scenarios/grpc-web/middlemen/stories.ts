// What middlemen do to streams of gRPC-Web, one story each, with its twin where nothing is lost.

import { NEEDS_NGINX } from '../../../../harness/needs.ts'
import type { Need, RunContext } from '../../../../harness/scenario.ts'
import { startGoProxy } from '../../../../testbed/grpc-web/go-proxy.ts'
import { startNginx } from '../../../../testbed/proxies/nginx.ts'
import { NEEDS_GO_PROXY } from '../ways/go-proxy.ts'
import { callEcho } from '../ways/probe.ts'
import { ASKS, PAGE, serveByConnect, serveByGrpc, Witness } from '../witness.ts'

export interface Story {
  readonly id: string
  readonly title: string
  readonly needs: readonly Need[]
  /** The outcome that is known. */
  readonly expected: string
  readonly tell: (context: RunContext) => Promise<string>
}

/** A middleman that has waited for so long waits for the end. */
const PATIENCE_MS = 1_500
/** Pauses between answers, and the limits that they meet. */
const [PAUSE_MS, SHORT, LONG] = [300, '2s', '60s']
/** Together they take longer than the short limit; between two of them, a busy machine has time to be late. */
const ANSWERS = 8

/** How many answers come before the held one. */
const HELD_AT = 3
const beforeLast = (count: number) => `${count} of ${HELD_AT} answers arrive before the last is sent`
const [WHOLE, CUT] = ['the stream arrives whole', 'the stream is cut off, without a status']

export const STORIES: readonly Story[] = [
  nginx(
    'buffering',
    'nginx with proxy_buffering on and HTTP/1.0 to the service, which were its defaults for long',
    beforeLast(0),
    { proxy_buffering: 'on', proxy_http_version: '1.0' },
    answersBeforeLast,
  ),
  nginx(
    'no-buffering',
    'the same with proxy_buffering off',
    beforeLast(HELD_AT),
    { proxy_buffering: 'off', proxy_http_version: '1.0' },
    answersBeforeLast,
  ),
  nginx(
    'chunks',
    'nginx with proxy_buffering on, and HTTP/1.1 to the service',
    beforeLast(HELD_AT),
    { proxy_buffering: 'on', proxy_http_version: '1.1' },
    answersBeforeLast,
  ),
  nginx(
    'idle',
    `nginx with proxy_read_timeout ${SHORT}, and an answer that takes longer`,
    CUT,
    limit(SHORT),
    silence,
  ),
  nginx(
    'idle-long',
    `nginx with proxy_read_timeout ${LONG}, its default, and the same answer`,
    WHOLE,
    limit(LONG),
    silence,
  ),
  nginx(
    'chatty',
    `nginx with proxy_read_timeout ${SHORT}, and answers more often than that`,
    WHOLE,
    limit(SHORT),
    chatter,
  ),
  goProxy(
    'write-limit',
    `grpcwebproxy with server_http_max_write_timeout ${SHORT}, and answers more often than that`,
    CUT,
    SHORT,
  ),
  goProxy('write-limit-long', 'grpcwebproxy with its default of 10 s, and the same answers', WHOLE),
]

type Ask = (url: string, witness: Witness) => Promise<string>

function limit(time: string) {
  return { proxy_buffering: 'off', proxy_read_timeout: time }
}

function nginx(
  id: string,
  title: string,
  expected: string,
  location: Readonly<Record<string, string>>,
  ask: Ask,
): Story {
  return {
    ...{ id, title, expected, needs: [NEEDS_NGINX] },
    async tell({ group, folder }) {
      const witness = new Witness()
      const served = await serveByConnect(witness)
      const backends = [{ id: 'witness', address: served.address }]
      const proxy = await startNginx(group, folder, { backends, passes: 'web', keepAlive: 4, location })
      try {
        return await ask(`http://${proxy.address}`, witness)
      } finally {
        await proxy.stop()
        await served.close()
      }
    },
  }
}

function goProxy(id: string, title: string, expected: string, maxWriteTime?: string): Story {
  return {
    ...{ id, title, expected, needs: [NEEDS_GO_PROXY] },
    async tell({ group, folder }) {
      const witness = new Witness()
      const served = await serveByGrpc(witness)
      const settings = { backend: served.address, origin: PAGE, ...(maxWriteTime && { maxWriteTime }) }
      const proxy = await startGoProxy(group, folder, settings)
      try {
        return await chatter(`http://${proxy.address}`)
      } finally {
        await proxy.stop()
        await served.close()
      }
    },
  }
}

/** The last answer is held until the others have arrived, or the patience has ended. */
async function answersBeforeLast(url: string, witness: Witness): Promise<string> {
  let arrived = 0
  const all = Promise.withResolvers<void>()
  const onFrame = () => {
    arrived += 1
    if (arrived === HELD_AT) all.resolve()
  }
  const delay = { seconds: 0n, nanos: 50_000_000 }
  const request = { message: ASKS.hold, count: HELD_AT + 1, delay }
  const call = callEcho({ url }, 'ServerStream', request, { onFrame })
  await Promise.race([all.promise, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref())])
  const early = arrived
  witness.release()
  await call
  return beforeLast(early)
}

/** One pause, longer than the short limit. */
function silence(url: string): Promise<string> {
  return stream(url, 1, ANSWERS * PAUSE_MS)
}

/** Pauses that are shorter than the short limit, and together longer. */
function chatter(url: string): Promise<string> {
  return stream(url, ANSWERS, PAUSE_MS)
}

async function stream(url: string, count: number, delayMs: number): Promise<string> {
  const delay = { seconds: BigInt(Math.floor(delayMs / 1_000)), nanos: (delayMs % 1_000) * 1_000_000 }
  try {
    const { status, messages } = await callEcho({ url }, 'ServerStream', { count, delay })
    if (status === 0 && messages.length === count) return WHOLE
    return status === undefined ? CUT : `status ${status} after ${messages.length} answers`
  } catch {
    return CUT
  }
}
