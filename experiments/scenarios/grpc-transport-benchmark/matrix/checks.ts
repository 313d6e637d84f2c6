// What must hold of the matrix on any machine: that the same calls were answered over each transport.

import { check } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { failedOf } from '../../../../harness/statistics/round.ts'
import { totalOver } from '../../../../harness/statistics/rounds.ts'
import { decodeHistogram } from '../../../../testbed/measure/histogram.ts'
import { cellText, isStream, PATTERNS, STREAM_MESSAGES } from './cells.ts'
import { COUNTED } from './measure.ts'
import { latencyOf, type MeasuredCell, measuredCells, transportsOf } from './measured.ts'

const nameOf = ({ transport, cell }: MeasuredCell) => `${transport.title}: ${cellText(cell)}`

export function checksOf(results: Results): readonly Check[] {
  const cells = measuredCells(results)
  return [
    ...checksOfCells(cells),
    check(
      'O8.20',
      'CPU sets, MTU and TCP settings of each transport are recorded',
      transportsOf(cells).flatMap(({ title, id }) =>
        cells
          .filter(
            ({ transport, cell }) => transport.id === id && cell.concurrency === 1 && cell.payload === 64,
          )
          .filter(({ cell }) => cell.pattern === 'unary')
          .map(({ rounds }) => {
            const cpus = rounds[0]?.texts?.['CPUs of the client']
            return { fact: `${title}: CPUs of the client ${cpus}`, holds: cpus !== undefined }
          }),
      ),
    ),
  ]
}

/** What must hold in a cluster too. */
export function checksOfCells(cells: readonly MeasuredCell[]): readonly Check[] {
  return [
    check(
      'O8.8',
      'No call of the echo and key-value services fails, over any transport',
      cells.map((one) => {
        const [calls, failed] = [totalOver(one.rounds, ({ calls }) => calls), totalOver(one.rounds, failedOf)]
        const messages = totalOver(one.rounds, ({ messages = 0 }) => messages)
        return {
          fact: `${nameOf(one)}: ${failed} of ${calls} calls failed`,
          // A window may be shorter than a stream, or on a busy machine than a call.
          holds: messages > 0 ? failed === 0 : undefined,
        }
      }),
    ),
    check(
      'O8.9',
      'Messages have the payload of their cell: the same bytes over each transport',
      cells.map(sizeOf),
    ),
    check(
      'O8.10',
      `Streams have ${STREAM_MESSAGES.toLocaleString('en-US')} messages: more of them arrive than calls end`,
      cells
        .filter(({ cell }) => isStream(cell))
        .map((one) => {
          const [calls, messages] = [
            totalOver(one.rounds, ({ calls }) => calls),
            totalOver(one.rounds, ({ messages = 0 }) => messages),
          ]
          // Those that began before the window ended in it; each has sent some before.
          const least = (calls - one.cell.concurrency * one.rounds.length) * STREAM_MESSAGES
          return {
            fact: `${nameOf(one)}: ${messages} messages, ${calls} streams ended`,
            holds: messages > 0 && messages >= least,
          }
        }),
    ),
    check(
      'O8.11',
      'A closed loop never has more calls at a time than its cell says',
      cells.filter(({ cell }) => !isStream(cell)).map(concurrencyOf),
    ),
    check(
      'O8.16',
      'Warm-up and window are those of the plan, and every round has one',
      cells.map((one) => ({
        fact: `${nameOf(one)}: windows of ${one.rounds.map(({ seconds }) => seconds).join(', ')} s`,
        holds: new Set(one.rounds.map(({ seconds }) => seconds)).size === 1,
      })),
    ),
    check(
      'O8.26',
      'Calls over a Unix socket pass no network device, and calls over any other transport pass those of its way',
      cells.flatMap(({ transport, rounds }) =>
        rounds.flatMap(({ figures }) => {
          const counted = figures[COUNTED]
          if (counted === undefined) return []
          const fact = `${transport.title}: ${counted > 0 ? `${counted} bytes and packets` : 'nothing'}`
          return [{ fact, holds: transport.id === 'uds' ? counted === 0 : counted > 0 }]
        }),
      ),
    ),
    check(
      'O8.22',
      'Every pattern was measured',
      PATTERNS.flatMap((pattern) => {
        const own = cells.filter(({ cell }) => cell.pattern === pattern)
        return own.length === 0 ? [] : [{ fact: `${pattern}: ${own.length} cells`, holds: true }]
      }),
    ),
  ]
}

/** Protobuf adds a few bytes: tags, lengths, the id of the backend, the peer. */
const MOST_OVERHEAD = 200

function sizeOf(one: MeasuredCell) {
  const { cell, rounds } = one
  const bytes = totalOver(rounds, ({ bytes = 0 }) => bytes)
  const messages = totalOver(rounds, ({ messages = 0 }) => messages)
  const mean = bytes / messages
  // Of a put, request and answer have the value; of a get and of a server stream, only answers have.
  const isHalf = cell.pattern === 'get'
  const isOneWay = cell.pattern === 'server-stream'
  const expected = isHalf ? cell.payload / 2 : cell.payload
  // Calls that cross an edge of the window have one of their messages in it: up to one a worker at each edge.
  const slack =
    ((isHalf || isOneWay ? 1 : 0) * (2 * cell.concurrency * rounds.length * cell.payload)) / messages
  const streams = isOneWay ? cell.payload * (totalOver(rounds, ({ calls }) => calls) / messages) : 0
  return {
    fact: `${nameOf(one)}: ${mean.toFixed(0)} bytes a message`,
    holds:
      messages > 0
        ? mean >= expected - slack - streams && mean <= expected + slack + MOST_OVERHEAD
        : undefined,
  }
}

function concurrencyOf(one: MeasuredCell) {
  const { cell, rounds } = one
  const seconds = totalOver(rounds, (round) => round.seconds)
  let [sum, longest] = [0, 0]
  for (const histogram of latencyOf(one).map(decodeHistogram)) {
    if (histogram.totalCount === 0) continue
    sum += (histogram.mean * histogram.totalCount) / 1e6
    longest = Math.max(longest, histogram.maxValue / 1e6)
  }
  const atOnce = sum / seconds
  // The last call of each worker may end after the window, and is timed all the same.
  const most = cell.concurrency * (1 + (longest * rounds.length) / seconds)
  return {
    fact: `${nameOf(one)}: ${atOnce.toFixed(1)} at a time`,
    // Histograms have three digits.
    holds: atOnce > 0 ? atOnce <= most * 1.01 : undefined,
  }
}
