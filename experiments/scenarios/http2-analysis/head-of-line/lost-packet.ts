// Six streams with a small record every 10 ms, over a link that loses one packet now and then: which streams wait for it?

import { setTimeout } from 'node:timers/promises'
import { median } from '../../../../testbed/measure/statistics.ts'
import { facts } from '../../../harness/facts.ts'
import type { Measured } from '../../../harness/results.ts'
import type { RunContext } from '../../../harness/scenario.ts'
import { linkedPeers } from '../linked-peers.ts'
import type { Arrival } from '../peers/jobs/ticks.ts'
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
  const seconds = (BEGIN_MS + (drops + 1) * BETWEEN_MS) / 1_000
  const job = peers.run('ticks', {
    caller: peers.caller(way, { connections }),
    ...{ streams: STREAMS, count: (seconds * 1_000) / TICK_MS, recordBytes: RECORD_BYTES },
  })
  await setTimeout(BEGIN_MS)
  const dropped: number[] = []
  for (let drop = 0; drop < drops; drop += 1) {
    dropped.push(now())
    await link.dropNext('to-near', RECORD_BYTES)
    await setTimeout(BETWEEN_MS)
  }
  const arrivals = await job
  const { streams, longestMs } = heldUpBy(arrivals, dropped, { rttMs: RTT_MS, connections })
  const counts = (await link.counts())['to-near']
  return facts({
    seconds,
    messages: arrivals.length,
    figures: {
      'packets lost': counts.dropped,
      'records overtaken': overtakenOf(arrivals),
      'streams held up by a lost packet (median)': median(streams),
      'longest wait (ms, median)': median(longestMs),
    },
    texts: { 'streams held up': streams.join(', ') },
    series: seriesAround(arrivals, dropped[0] ?? 0),
  })
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
