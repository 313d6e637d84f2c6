// Twelve requests at once, and the first is slow: who waits for it?

import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { loopbackPeers } from '../linked-peers.ts'
import { openCaller } from '../peers/open-caller.ts'
import type { Peers } from '../peers/start-peers.ts'
import { pipeline } from './pipeline.ts'

const SLOW_MS = 600
const REQUESTS = 12
const POOL = 6

export const SLOW_WAYS = {
  pipelined: { title: 'HTTP/1.1, pipelined', slow: 1 },
  single: { title: 'HTTP/1.1, one connection', slow: 1 },
  pool: { title: 'HTTP/1.1, a pool of six', slow: 1 },
  'pool-all-slow': { title: 'HTTP/1.1, a pool of six, all slow', slow: POOL },
  http2: { title: 'HTTP/2', slow: 1 },
  'http2-six-slow': { title: 'HTTP/2, six slow', slow: POOL },
} as const

export type SlowWay = keyof typeof SLOW_WAYS

export interface Answered {
  /** Of the slow requests, which are the first. */
  readonly slow: number
  /** Milliseconds until each request was answered, in the order of the requests. */
  readonly ms: readonly number[]
}

/** All ways at the same time: their waits cost nothing but time. */
export async function measureSlowAnswer(context: RunContext): Promise<Measured> {
  const peers = await loopbackPeers(context)
  const names = Object.keys(SLOW_WAYS) as SlowWay[]
  const answered = await Promise.all(names.map(async (name) => [name, await answersOf(peers, name)] as const))
  return facts({
    seconds: SLOW_MS / 1_000,
    calls: names.length * REQUESTS,
    texts: { answered: JSON.stringify(Object.fromEntries(answered)) },
  })
}

async function answersOf(peers: Peers, name: SlowWay): Promise<Answered> {
  const { slow } = SLOW_WAYS[name]
  const paths = Array.from({ length: REQUESTS }, (_, at) => (at < slow ? `/slow/${SLOW_MS}` : '/bytes/100'))
  if (name === 'pipelined') {
    const { host, port } = peers.caller('http1')
    return { slow, ms: await pipeline(host, port, paths) }
  }
  const isHttp2 = name.startsWith('http2')
  const connections = isHttp2 || name === 'single' ? 1 : POOL
  const caller = openCaller(peers.caller(isHttp2 ? 'http2' : 'http1', { connections }))
  const begun = performance.now()
  const ms = await Promise.all(
    paths.map((path) => caller.call({ path }).then(() => performance.now() - begun)),
  )
  caller.close()
  return { slow, ms }
}

/** Fast requests that were answered only after the first slow one. */
export function blockedBy({ slow, ms }: Answered): number {
  const first = Math.min(...ms.slice(0, slow))
  return ms.slice(slow).filter((one) => one >= first).length
}

export const fastOf = ({ slow, ms }: Answered): number => ms.length - slow
