// What must hold of flow control: a sender never exceeds a window, and on a long link the window sets the rate.

import { check } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { measuredRuns, roundsOf, spreadOver } from '../../../../harness/statistics/rounds.ts'
import { FIGURES, SENT_MESSAGES, SLOW_READER } from './slow-reader.ts'
import { BYTES, MS, NEEDED_KIB, RATE, WINDOW_LINK, windowBytes, windowId } from './windows.ts'

const ROW = 'O2.7'
/** Theory says four times. A busy machine slows the faster transfer more, and without any effect it would be once. */
const LEAST_GAIN = 1.5

export interface MeasuredWindow {
  readonly kib: number
  /** In Mbit/s, by round. */
  readonly rates: readonly number[]
  readonly rate: number
}

export function measuredWindows(results: Pick<Results, 'runs'>): readonly MeasuredWindow[] {
  return measuredRuns(results).flatMap(({ id, labels, rounds }) => {
    const kib = Number.parseInt(labels.window ?? '', 10)
    if (id !== windowId(kib)) return []
    const { values, median } = spreadOver(rounds, ({ figures }) => figures[RATE] ?? Number.NaN)
    return [{ kib, rates: values, rate: median }]
  })
}

export function checksOf(results: Results): readonly Check[] {
  return [
    ...slowReaderChecks(results),
    check(
      ROW,
      'No download is faster than a window for each round trip',
      measuredRuns(results).flatMap(({ id, labels, rounds }) => {
        const kib = Number.parseInt(labels.window ?? '', 10)
        if (id !== windowId(kib)) return []
        return rounds.map(({ figures }) => {
          const [bytes, ms] = [figures[BYTES] ?? Number.NaN, figures[MS] ?? Number.NaN]
          // The first window is there at once; each further one comes a round trip after the one before it.
          const leastMs = (bytes / windowBytes(kib) - 1) * WINDOW_LINK.rttMs
          return {
            fact: `${kib} KiB: ${ms.toFixed(0)} ms, at least ${leastMs.toFixed(0)} ms`,
            holds: ms >= leastMs,
          }
        })
      }),
    ),
    check(
      ROW,
      'Below bandwidth × delay, four times the window is at least half as much throughput again',
      measuredWindows(results).flatMap((small, _, all) => {
        const large = all.find(({ kib }) => kib === 4 * small.kib)
        if (large === undefined || large.kib > NEEDED_KIB * 1.1) return []
        return [
          {
            fact: `${small.rate.toFixed(1)} Mbit/s with ${small.kib} KiB, ${large.rate.toFixed(1)} Mbit/s with ${large.kib} KiB`,
            holds: large.rate >= LEAST_GAIN * small.rate,
          },
        ]
      }),
    ),
  ]
}

function slowReaderChecks(results: Results): readonly Check[] {
  const rounds = roundsOf(results, SLOW_READER)
  const figure = (name: string) => rounds.map(({ figures }) => figures[name] ?? Number.NaN)
  const [sent, granted, least] = [figure(FIGURES.sent), figure(FIGURES.granted), figure(FIGURES.least)]
  return [
    check(
      ROW,
      'A client that does not read stops the sender at the end of the window, to the byte',
      rounds.map((_, at) => ({
        fact: `${sent[at]} bytes of DATA sent of ${granted[at]} that were granted, the least window was ${least[at]}`,
        holds: sent[at] === granted[at] && least[at] === 0,
      })),
    ),
    check(
      ROW,
      'While one stream waits for its reader, another call of the connection is answered; then all arrives',
      rounds.map(({ figures }) => ({
        fact: `${figures[FIGURES.other]} call ended during the pause, ${figures[FIGURES.messages]} of ${SENT_MESSAGES} messages arrived, ${figures[FIGURES.stalls]} stalls`,
        holds:
          figures[FIGURES.other] === 1 &&
          figures[FIGURES.messages] === SENT_MESSAGES &&
          (figures[FIGURES.stalls] ?? 0) > 0,
      })),
    ),
  ]
}
