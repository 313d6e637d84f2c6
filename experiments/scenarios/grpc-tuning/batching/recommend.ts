// How to send rows, each with its condition and the figure of this run.

import { spreadOf } from '../../../../harness/statistics/rounds.ts'
import { WAYS, type WayName } from '../../../../testbed/data-peers/rows/ways.ts'
import { doubtOf } from '../data-peers/doubt.ts'
import { FAR_LINK, ROWS_PER_SECOND } from './cells.ts'
import { cpuByRound, type MeasuredRows } from './measured.ts'

/** A batch is large enough if a row costs no more than this much of the cheapest. */
const ENOUGH = 1.25
/** A way keeps up with rows that come if it acknowledges this share of them in time. */
const KEPT_UP = 0.95

const count = (value: number) => Math.round(value).toLocaleString('en-US')
/** The median over rounds. */
const cpuOf = (one: MeasuredRows) => spreadOf(cpuByRound(one)).median
const isBatch = ({ way }: MeasuredRows) => WAYS[way].method === 'writeBatch'

export function recommendationsOf(rows: readonly MeasuredRows[]): readonly string[] {
  const of = (demand: MeasuredRows['demand']) => rows.filter((one) => one.demand === demand)
  return [...whenReady(of('most')), ...whenTheyCome(of('paced')), ...whenFar(of('far'))]
}

const byWay = (rows: readonly MeasuredRows[], way: WayName) => rows.find((one) => one.way === way)

function whenReady(rows: readonly MeasuredRows[]): readonly string[] {
  const unary = byWay(rows, 'unary')
  const best = rows.toSorted((a, b) => cpuOf(a) - cpuOf(b))[0]
  if (unary === undefined || best === undefined) return []
  const enough = rows.filter(isBatch).find((one) => cpuOf(one) <= ENOUGH * cpuOf(best))
  const hint =
    enough === undefined || enough.way === best.way
      ? ''
      : ` ${capital(WAYS[enough.way].title)} already cost ${cpuOf(enough).toFixed(1)} µs.`
  const parallel = byWay(rows, 'unary-64')
  const more =
    parallel === undefined
      ? ''
      : ` More unary calls at a time only fill the CPU: ${count(parallel.perSecond.median)} rows a second at ${cpuOf(parallel).toFixed(0)} µs.`
  return [
    `**Rows that are there already (imports, backfills): batch them.** A row cost ${cpuOf(best).toFixed(1)} µs of CPU on both sides by ${WAYS[best.way].title}, ${(cpuOf(unary) / cpuOf(best)).toFixed(0)} times less than by a unary call (${cpuOf(unary).toFixed(0)} µs): ${count(best.perSecond.median)} rows a second against ${count(unary.perSecond.median)}.${doubtOf(cpuByRound(unary), cpuByRound(best))}${hint}${more}`,
    ...streams(rows),
  ]
}

function streams(rows: readonly MeasuredRows[]): readonly string[] {
  const [stream, both, batch] = (['client-stream', 'bidirectional', 'batch-100'] as const).map((way) =>
    byWay(rows, way),
  )
  if (stream === undefined || both === undefined || batch === undefined) return []
  return [
    `**A stream spares headers, not messages.** Each row is still a message of its own in grpc-js, with its own writes and callbacks. A row cost ${cpuOf(stream).toFixed(1)} µs by client streaming, ${cpuOf(both).toFixed(1)} µs with an answer for each row, and ${cpuOf(batch).toFixed(1)} µs in ${WAYS['batch-100'].title}.${doubtOf(cpuByRound(stream), cpuByRound(batch))}`,
  ]
}

function whenTheyCome(rows: readonly MeasuredRows[]): readonly string[] {
  const both = byWay(rows, 'bidirectional')
  const batches = rows.filter(isBatch).filter(({ way }) => WAYS[way].unit > 1)
  if (both === undefined || batches.length === 0) return []
  const told = batches.map(({ way, p50 }) => `${p50.toFixed(1)} ms in ${WAYS[way].title}`)
  const late = rows.filter(
    ({ way, perSecond }) => WAYS[way].unit === 1 && perSecond.median < KEPT_UP * ROWS_PER_SECOND,
  )
  const behind =
    late.length === 0
      ? ''
      : ` ${capital(late.map(({ way }) => WAYS[way].title).join(' and '))} did not keep up.`
  return [
    `**Rows that come one by one, and somebody waits: a bidirectional stream.** At ${count(ROWS_PER_SECOND)} rows a second, half of them were acknowledged within ${both.p50.toFixed(1)} ms of being ready, against ${told.join(', ')}: a batch waits until it is full. So a batch may have at most **rows a second × the delay that you can afford**, and needs a timer that sends it before it is full.${behind} Client streaming acknowledges nothing before its end.`,
  ]
}

function whenFar(rows: readonly MeasuredRows[]): readonly string[] {
  const unary = byWay(rows, 'unary')
  const others = rows.filter(({ way }) => way !== 'unary')
  if (unary === undefined || others.length === 0) return []
  const told = others.map(({ way, perSecond }) => `${count(perSecond.median)} by ${WAYS[way].title}`)
  return [
    `**Far away, never one call after the other.** Over ${FAR_LINK.rttMs} ms, unary calls one at a time brought ${count(unary.perSecond.median)} rows a second, one each round trip at best; ${told.join(', ')}.`,
  ]
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
