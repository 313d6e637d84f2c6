// Six streams with a small record every 10 ms, over a link that loses one packet now and then: which streams wait for it?

import { setTimeout } from 'node:timers/promises'
import { facts } from '../../../../harness/facts.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { Link } from '../../../../testbed/link/create-link.ts'
import { median } from '../../../../testbed/measure/statistics.ts'
import { linkedPeers } from '../linked-peers.ts'
import type { Arrival } from '../peers/jobs/ticks.ts'
import type { CallerOptions } from '../peers/open-caller.ts'
import type { Peers } from '../peers/start-peers.ts'
import { now, TICK_MS } from '../peers/ticker.ts'
import { heldUpBy, overtakenOf } from './held-up.ts'

export const STREAMS = 6
export const RTT_MS = 40
export const LINK = { rttMs: RTT_MS, mbitPerSecond: 20 }

const RECORD_BYTES = 200
/** Until all streams have begun. */
const BEGIN_MS = 400
/** Between two drops: long enough that TCP has recovered. */
const BETWEEN_MS = 200
/** Each makes TCP's congestion window smaller, and streams that send little never make it larger again: then they wait for that. */
const DROPS_OF_A_CONNECTION = 3

export const LOST_PACKET_WAYS = {
  http2: { title: 'HTTP/2, one connection', way: 'http2', connections: 1 },
  'http1-6': { title: 'HTTP/1.1, six connections', way: 'http1', connections: STREAMS },
} as const

export type LostPacketWay = keyof typeof LOST_PACKET_WAYS

export async function measureLostPacket(
  context: RunContext,
  name: LostPacketWay,
  drops: number,
): Promise<Measured> {
  const { way, connections } = LOST_PACKET_WAYS[name]
  const { link, peers } = await linkedPeers(context, LINK)
  const caller = peers.caller(way, { connections })
  const observed: Observed[] = []
  for (let left = drops; left > 0; left -= DROPS_OF_A_CONNECTION) {
    observed.push(await observe(link, peers, caller, Math.min(left, DROPS_OF_A_CONNECTION)))
  }
  const heldUp = observed.map(({ arrivals, dropped }) =>
    heldUpBy(arrivals, dropped, { rttMs: RTT_MS, connections }),
  )
  const streams = heldUp.flatMap((one) => one.streams)
  const counts = (await link.counts())['to-near']
  const [first] = observed
  return facts({
    seconds: (observed.length * (BEGIN_MS + (DROPS_OF_A_CONNECTION + 1) * BETWEEN_MS)) / 1_000,
    messages: observed.reduce((sum, { arrivals }) => sum + arrivals.length, 0),
    figures: {
      'packets lost': counts.dropped,
      'records overtaken': observed.reduce((sum, { arrivals }) => sum + overtakenOf(arrivals), 0),
      'streams held up by a lost packet (median)': median(streams),
      'longest wait (ms, median)': median(heldUp.flatMap(({ longestMs }) => longestMs)),
    },
    texts: { 'streams held up': streams.join(', ') },
    ...(first && { series: seriesAround(first.arrivals, first.dropped[0] ?? 0) }),
  })
}

interface Observed {
  readonly arrivals: readonly Arrival[]
  /** When each packet was asked to be lost, in milliseconds since 1970. */
  readonly dropped: readonly number[]
}

async function observe(link: Link, peers: Peers, caller: CallerOptions, drops: number): Promise<Observed> {
  const count = (BEGIN_MS + (drops + 1) * BETWEEN_MS) / TICK_MS
  const job = peers.run('ticks', { caller, streams: STREAMS, count, recordBytes: RECORD_BYTES })
  await setTimeout(BEGIN_MS)
  const dropped: number[] = []
  for (let drop = 0; drop < drops; drop += 1) {
    dropped.push(now())
    await link.dropNext('to-near', RECORD_BYTES)
    await setTimeout(BETWEEN_MS)
  }
  return { arrivals: await job, dropped }
}

/** How long each record took, from a little before a drop to a little after. */
function seriesAround(arrivals: readonly Arrival[], dropMs: number): NonNullable<Measured['series']> {
  return Array.from({ length: STREAMS }, (_, stream) => ({
    name: `stream ${stream + 1}`,
    unit: 'ms',
    points: arrivals
      .filter((one) => one.stream === stream)
      .map(({ sentMs, arrivedMs }): [number, number] => [sentMs - dropMs, arrivedMs - sentMs])
      .filter(([atMs]) => atMs > -50 && atMs < BETWEEN_MS - 50),
  }))
}
