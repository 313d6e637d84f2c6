// What the report shows of backpressure, interleaving and order.

import type { LinesSection, Section } from '../../../../../harness/report/section.ts'
import type { Measured, Results } from '../../../../../harness/results.ts'
import { roundsOf } from '../../../../../harness/statistics/rounds.ts'
import { WAY_TITLES, WAYS, type Way } from '../ways.ts'
import {
  ARRIVED_BEFORE,
  interleavingId,
  MESSAGES_EACH,
  SMALL_CALL_MS,
  STREAMS,
  SWITCHES,
} from './interleaving.ts'
import {
  BUFFERED,
  type Case,
  MESSAGE_BYTES,
  PAUSE_MS,
  READ,
  SENT,
  SENT_UNREAD,
  slowReaderId,
} from './slow-reader.ts'

export function flowSections(results: Results): readonly Section[] {
  const first = (id: string) => roundsOf(results, id)[0]
  const slow = (kind: Case, way: Way) => first(slowReaderId(kind, way))
  return [
    ...stopped(slow),
    ...careless(slow),
    ...WAYS.flatMap((way) => interleaved(way, first(interleavingId(way)))),
  ]
}

type Slow = (kind: Case, way: Way) => Measured | undefined
type Line = LinesSection['lines'][number]

const AXES = {
  x: { title: 'since the call began', unit: 'ms', scale: 'linear' },
  y: { title: 'messages of 16 KiB, in KiB', scale: 'linear' },
} as const

/** A series of a run as a line, in KiB. */
function lineOf(measured: Measured | undefined, series: string, label: string): Line[] {
  const found = measured?.series?.find(({ name }) => name === series)
  if (found === undefined) return []
  return [{ label, points: found.points.map(([at, count]) => [at, (count * MESSAGE_BYTES) / 1024]) }]
}

function stopped(slow: Slow): readonly Section[] {
  const of = (kind: Case, name: string): readonly Section[] => {
    const lines = WAYS.flatMap((way) => [
      ...lineOf(slow(kind, way), SENT, `sent, ${WAY_TITLES[way]}`),
      ...lineOf(slow(kind, way), READ, `read, ${WAY_TITLES[way]}`),
    ])
    if (lines.length === 0) return []
    const seen = WAYS.flatMap((way) => {
      const kib = slow(kind, way)?.figures[SENT_UNREAD]
      return kib === undefined ? [] : [`${kib} KiB ${WAY_TITLES[way]}`]
    })
    return [
      {
        ...{ kind: 'lines', title: `Backpressure: a slow ${name}`, ...AXES, lines },
        says: `The reader takes one message and then pauses for ${PAUSE_MS} ms. HTTP/2's flow control stops the sender soon: it could send ${seen.join(' and ')}, and no more until the reader went on. Then both go at the pace of the reader. Messages that were sent and not read wait mostly in buffers of grpc-js, which **count messages and not bytes**: larger messages take more memory, in proportion.`,
      },
    ]
  }
  return [...of('server-sends', 'client stops the server'), ...of('client-sends', 'server stops the client')]
}

function careless(slow: Slow): readonly Section[] {
  const waits = (kind: Case) => slow(kind, 'direct')?.figures[BUFFERED]
  const unread = slow('not-begun', 'direct')?.figures[SENT_UNREAD]
  const lines = [
    ...lineOf(slow('server-sends', 'direct'), SENT, 'sent with care'),
    ...lineOf(slow('careless', 'direct'), SENT, 'sent without care'),
    ...lineOf(slow('not-begun', 'direct'), SENT, 'sent to a client that has not begun to read'),
  ]
  if (lines.length === 0) return []
  return [
    {
      ...{ kind: 'lines', title: 'Two ways to lose backpressure', ...AXES, lines },
      says: `A sender that ignores what \`write\` returns is never stopped: up to ${waits('careless') ?? '?'} KiB waited in the memory of the server, where the careful one had at most ${waits('server-sends') ?? '?'}. And there is a trap on the other side: **a grpc-js client that makes a streaming call and has not begun to read gets everything at once**. Here ${unread ?? '?'} KiB were on their way to it before it read the first message, all into its memory. Begin to read at once, and pause then.`,
    },
  ]
}

function interleaved(way: Way, measured: Measured | undefined): readonly Section[] {
  if (measured === undefined) return []
  const { figures, series = [], marks = [] } = measured
  return [
    {
      kind: 'timeline',
      title: `Interleaving: ${STREAMS} downloads and a small call on one connection, ${WAY_TITLES[way]}`,
      says: `Each mark is a message of 32 KiB when the client has it. The streams take turns, because each may only send what its window allows: ${figures[SWITCHES]} of ${STREAMS * MESSAGES_EACH} messages came from another stream than the one before. A small call that started after the first message was answered after ${figures[SMALL_CALL_MS]?.toFixed(0)} ms, when ${figures[ARRIVED_BEFORE]} messages of the downloads had arrived: it did not wait for them to end, but it shared the connection with them.`,
      unit: 'messages',
      rows: series.map(({ name, points }) => ({
        label: name,
        points: perInterval(points, measured.seconds * 1_000),
      })),
      marks,
    },
  ]
}

/** Of a timeline: enough to see turns, few enough to draw. */
const INTERVALS = 120

function perInterval(points: readonly (readonly [number, number])[], lengthMs: number): [number, number][] {
  const step = lengthMs / INTERVALS
  return Array.from({ length: INTERVALS }, (_, index) => [
    (index + 1) * step,
    points.filter(([at]) => at >= index * step && at < (index + 1) * step).length,
  ])
}
