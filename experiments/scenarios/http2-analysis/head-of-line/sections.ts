// What the report shows of head-of-line blocking.

import type { LinesSection, Section } from '../../../../harness/report/section.ts'
import type { Results } from '../../../../harness/results.ts'
import { measuredRuns, roundsOf, totalOver } from '../../../../harness/statistics/rounds.ts'
import { median } from '../../../../testbed/measure/statistics.ts'
import { answeredOf, DECISIVE_LOSS } from './checks.ts'
import { DOWNLOAD_MS, DOWNLOADS_MS } from './downloads.ts'
import { downloadId, LOST_PACKET, SLOW_ANSWER } from './ids.ts'
import { LINK, LOST_PACKET_WAYS, type LostPacketWay, RTT_MS, STREAMS } from './lost-packet.ts'
import { SLOW_WAYS, type SlowWay } from './slow-answer.ts'

export function sectionsOf(results: Results): readonly Section[] {
  return [
    ...slowAnswers(results),
    ...(Object.keys(LOST_PACKET) as LostPacketWay[]).flatMap((way) => lostPacket(results, way)),
    ...downloads(results),
    ...inWords(results),
  ]
}

function slowAnswers(results: Results): readonly Section[] {
  const [measured] = roundsOf(results, SLOW_ANSWER)
  if (measured === undefined) return []
  const answered = answeredOf(measured)
  const ways = Object.keys(answered) as SlowWay[]
  const fastest = (way: SlowWay) => median(answered[way].ms.slice(answered[way].slow)).toFixed(0)
  return [
    {
      kind: 'lines',
      title: 'One slow answer: when does each request get its own?',
      says: `Twelve requests at once; the first one (or the first six) is slow, the others need no time. A line shows when each of them is answered. **Pipelined** HTTP/1.1 must answer in the order of the requests: the median fast answer waits ${fastest('pipelined')} ms. A client that does not pipeline waits as long on **one** connection (${fastest('single')} ms). A **pool of six** goes around one slow answer (${fastest('pool')} ms), and stands still as soon as six are slow (${fastest('pool-all-slow')} ms). On one **HTTP/2** connection each answer comes when it is ready: ${fastest('http2')} ms beside one slow stream, ${fastest('http2-six-slow')} ms beside six.`,
      x: { title: 'request', scale: 'linear' },
      y: { title: 'answered after', unit: 'ms', scale: 'linear' },
      lines: ways.map((way) => ({
        label: SLOW_WAYS[way].title,
        points: answered[way].ms.map((ms, at) => [at + 1, ms] as const),
      })),
    },
  ]
}

function lostPacket(results: Results, way: LostPacketWay): readonly LinesSection[] {
  const [measured] = roundsOf(results, LOST_PACKET[way])
  if (measured?.series === undefined) return []
  const { figures } = measured
  const heldUp = figures['streams held up by a lost packet (median)'] ?? Number.NaN
  const longest = (figures['longest wait (ms, median)'] ?? Number.NaN).toFixed(0)
  const meaning =
    way === 'http2'
      ? `All ${STREAMS} streams share one TCP connection, and TCP hands over bytes in order only: what arrived behind the lost packet waits in the kernel, also of streams that lost nothing. HTTP/2 cannot even see it.`
      : 'Only the stream whose connection lost the packet waits. The others go on, and overtake it.'
  return [
    {
      kind: 'lines',
      title: `One lost packet, ${STREAMS} streams: ${LOST_PACKET_WAYS[way].title}`,
      says: `Each stream carries a small record every 10 ms over a link of ${RTT_MS} ms. At 0 the link loses one packet. A line shows how long each record of a stream took: half a round trip, except those that waited until the lost packet was sent again. **A lost packet held up ${heldUp} of ${STREAMS} streams** (median of ${figures['packets lost']}), the longest wait was ${longest} ms. ${meaning}`,
      x: { title: 'sent, since the loss', unit: 'ms', scale: 'linear' },
      y: { title: 'under way', unit: 'ms', scale: 'linear' },
      lines: measured.series.map(({ name, points }) => ({ label: name, points })),
    },
  ]
}

function downloads(results: Results): readonly Section[] {
  const losses = measuredRuns(results).flatMap(({ id, labels }) =>
    id === downloadId('http2', Number.parseFloat(labels.loss ?? ''))
      ? [Number.parseFloat(labels.loss ?? '')]
      : [],
  )
  if (losses.length === 0) return []
  const medianOf = (way: LostPacketWay, loss: number) =>
    median(roundsOf(results, downloadId(way, loss)).map(({ figures }) => figures[DOWNLOAD_MS] ?? Number.NaN))
  const ways = Object.keys(LOST_PACKET_WAYS) as LostPacketWay[]
  const line = (way: LostPacketWay) => ({
    label: LOST_PACKET_WAYS[way].title,
    points: losses
      .map((loss) => [loss, medianOf(way, loss)] as const)
      .filter(([, ms]) => Number.isFinite(ms)),
  })
  const total = (way: LostPacketWay) =>
    totalOver(roundsOf(results, downloadId(way, DECISIVE_LOSS)), ({ figures }) => figures[DOWNLOADS_MS] ?? 0)
  const ratio = total('http2') / total('http1-6')
  const ratioWithout = medianOf('http2', 0) / medianOf('http1-6', 0)
  const without = Number.isFinite(ratioWithout)
    ? ` Without loss it took ${ratioWithout.toFixed(1)} times as long.`
    : ''
  const says = Number.isFinite(ratio)
    ? `At ${DECISIVE_LOSS} % loss, one HTTP/2 connection took **${ratio.toFixed(1)} times as long** as six HTTP/1.1 connections. `
    : ''
  return [
    {
      kind: 'lines',
      title: 'A page of many objects, by packet loss',
      says: `${says}TCP takes a loss for congestion, and sends less for a while: cubic goes down to 70 % of its congestion window. With six connections, that is 70 % of a sixth.${without} The link has ${LINK.mbitPerSecond} Mbit/s and a round trip of ${RTT_MS} ms, and HTTP/2 has a flow-control window of 1 MiB, so that it is not what limits it. On a network that loses hardly anything, such as within a data center, this decides nothing.`,
      x: { title: 'packets lost', unit: '%', scale: 'linear' },
      y: { title: 'download', unit: 'ms', scale: 'linear' },
      lines: ways.map(line),
    },
  ]
}

function inWords(results: Results): readonly Section[] {
  if (measuredRuns(results).every(({ id }) => !id.startsWith('head-of-line.'))) return []
  return [
    {
      kind: 'text',
      title: 'What HTTP/3 changes (in words, not measured here)',
      paragraphs: [
        'HTTP/3 runs over QUIC, which knows streams itself: each has an order of its own, so that a lost packet holds up the streams whose bytes it carried, and no others. It does not make loss free: the congestion window is still one for the connection, as in the chart of downloads.',
        'gRPC over HTTP/3 is not in general use. Within a data center the loss that would make it worthwhile is rare.',
      ],
    },
  ]
}
