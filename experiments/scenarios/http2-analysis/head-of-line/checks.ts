// What must hold of head-of-line blocking, by mechanism and whatever the machine.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { roundsOf, totalOver } from '../../../../harness/statistics/rounds.ts'
import { DOWNLOADS_MS } from './downloads.ts'
import { downloadId, LOST_PACKET, SLOW_ANSWER } from './ids.ts'
import { RTT_MS, STREAMS } from './lost-packet.ts'
import { type Answered, blockedBy, fastOf, SLOW_WAYS, type SlowWay } from './slow-answer.ts'

const ROW = 'O2.3'
/** In percent: the loss at which one connection must be slower than six. */
export const DECISIVE_LOSS = 2

export function checksOf(results: Results): readonly Check[] {
  return [...slowAnswerChecks(results), ...lostPacketChecks(results), downloadCheck(results)]
}

export function answeredOf(measured: Measured): Readonly<Record<SlowWay, Answered>> {
  return JSON.parse(measured.texts?.answered ?? '{}')
}

function slowAnswerChecks(results: Results): readonly Check[] {
  const rounds = roundsOf(results, SLOW_ANSWER).map(answeredOf)
  const findings = (ways: readonly SlowWay[], expected: (fast: number) => number): readonly Finding[] =>
    ways.flatMap((way) =>
      rounds.map((answered) => {
        const [blocked, fast] = [blockedBy(answered[way]), fastOf(answered[way])]
        return {
          fact: `${SLOW_WAYS[way].title}: ${blocked} of ${fast} fast answers came after the slow one`,
          holds: blocked === expected(fast),
        }
      }),
    )
  return [
    check(
      ROW,
      'HTTP/1.1: a slow answer blocks those behind it on its connection, and six of them a pool of six',
      findings(['pipelined', 'single', 'pool-all-slow'], (fast) => fast),
    ),
    check(
      ROW,
      'HTTP/2: slow answers block no other stream; a pool of six goes around one slow answer too',
      findings(['http2', 'http2-six-slow', 'pool'], () => 0),
    ),
  ]
}

function lostPacketChecks(results: Results): readonly Check[] {
  const of = (way: keyof typeof LOST_PACKET) => roundsOf(results, LOST_PACKET[way])
  const heldUp = (measured: Measured) =>
    measured.figures['streams held up by a lost packet (median)'] ?? Number.NaN
  const fact = (measured: Measured) =>
    `${measured.figures['packets lost']} packets lost, each held up ${heldUp(measured)} of ${STREAMS} streams (median)`
  return [
    check(ROW, 'A lost packet stalls all streams of one TCP connection: no record overtakes another', [
      ...of('http2').map((measured) => ({
        fact: `HTTP/2: ${fact(measured)}, ${measured.figures['records overtaken']} records overtaken`,
        holds: heldUp(measured) === STREAMS && measured.figures['records overtaken'] === 0,
      })),
    ]),
    check(ROW, 'A lost packet stalls one of six TCP connections, and the records of the others overtake it', [
      ...of('http1-6').map((measured) => ({
        fact: `HTTP/1.1: ${fact(measured)}, ${measured.figures['records overtaken']} records overtaken`,
        holds: heldUp(measured) === 1 && (measured.figures['records overtaken'] ?? 0) > 0,
      })),
    ]),
    check(
      ROW,
      'What was lost comes at least a round trip later',
      Object.keys(LOST_PACKET).flatMap((way) =>
        of(way as keyof typeof LOST_PACKET).map(({ figures }) => {
          const longest = figures['longest wait (ms, median)'] ?? Number.NaN
          return {
            fact: `${way}: ${longest.toFixed(0)} ms, where an undisturbed record takes ${RTT_MS / 2} ms`,
            holds: longest >= 1.5 * RTT_MS,
          }
        }),
      ),
    ),
  ]
}

function downloadCheck(results: Results): Check {
  const [one, six] = (['http2', 'http1-6'] as const).map((way) =>
    roundsOf(results, downloadId(way, DECISIVE_LOSS)),
  )
  const [oneMs, sixMs] = [one ?? [], six ?? []].map((rounds) =>
    totalOver(rounds, ({ figures }) => figures[DOWNLOADS_MS] ?? 0),
  )
  const isMeasured = Boolean(one?.length && six?.length)
  return check(
    ROW,
    `At ${DECISIVE_LOSS} % loss, a download over one connection takes longer than over six`,
    isMeasured && oneMs !== undefined && sixMs !== undefined
      ? [{ fact: `${oneMs.toFixed(0)} ms over one, ${sixMs.toFixed(0)} ms over six`, holds: oneMs > sixMs }]
      : [],
  )
}
