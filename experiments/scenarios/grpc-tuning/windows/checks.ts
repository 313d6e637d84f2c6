// What must hold of windows on any machine: what HTTP/2's flow control rules out, and what it must let through.

import { check, type Finding } from '../../../../harness/check.ts'
import type { Check, Results } from '../../../../harness/results.ts'
import { totalOver } from '../../../../harness/statistics/rounds.ts'
import { fillingKib, type WindowCell, windowBytes } from './cells.ts'
import { HELD_STREAMS } from './held-memory.ts'
import { isFar, PLACES } from './measure-envoy.ts'
import { FIGURES } from './measure-window.ts'
import {
  figureOf,
  type MeasuredTransfer,
  measuredEnvoys,
  measuredHeld,
  measuredTunings,
  measuredWindows,
} from './measured.ts'
import { TUNING_FIGURES, TUNING_RTT_MS, TUNING_SERVERS } from './self-tuning.ts'

const ROW = 'O7.3'
/** What grpc-js and Node take ahead of the reader, in chunks of 64 KiB, with the headers of frames. */
const AHEAD_BYTES = 192 * 1_024
/** The share of bandwidth × delay up to which the window alone is the bound. */
const MOST_OF_FILLING = 0.6
/** Theory says four times. A busy machine slows the faster transfer more, and without any effect it would be once. */
const LEAST_GAIN = 1.5

export function checksOf(results: Results): readonly Check[] {
  const windows = measuredWindows(results)
  const envoys = measuredEnvoys(results)
  return [
    check(
      ROW,
      'No transfer is faster than a window for each round trip, in either direction',
      windows
        .filter(({ rttMs }) => rttMs > 0)
        .flatMap((one) => boundFindings(`${nameOf(one)}`, one, windowBytes(one.kib), one.rttMs)),
    ),
    check(
      ROW,
      'Through an Envoy, the window of the document is the bound of the link',
      envoys
        .filter(isFar)
        .flatMap((one) =>
          boundFindings(
            `${PLACES[one.place].what}, Envoy ${PLACES[one.place].title}, ${one.kib} KiB`,
            ...([one, windowBytes(one.kib), one.rttMs] as const),
          ),
        ),
    ),
    check(
      ROW,
      'Far below bandwidth × delay, four times the window is at least half as much throughput again',
      windows.flatMap((small) => {
        const large = windows.find(
          ({ direction, rttMs, kib }) =>
            direction === small.direction && rttMs === small.rttMs && kib === 4 * small.kib,
        )
        if (large === undefined || large.kib > MOST_OF_FILLING * fillingKib(large.rttMs)) return []
        return [
          {
            fact: `${nameOf(small)}: ${rateText(small)}, ${large.kib} KiB: ${rateText(large)}`,
            holds: large.rate.median >= LEAST_GAIN * small.rate.median,
          },
        ]
      }),
    ),
    ...tuningChecks(results),
    check(
      ROW,
      'Streams that nobody reads hold a whole window each, and hardly more; in the end all is read',
      measuredHeld(results).map(({ kib, arrivedBytes, asked, messages }) => {
        const each = arrivedBytes / HELD_STREAMS
        return {
          fact: `${kib} KiB: ${each.toFixed(0)} bytes a stream, ${messages} of ${asked} messages read in the end`,
          holds: each >= windowBytes(kib) && each <= windowBytes(kib) + AHEAD_BYTES && messages === asked,
        }
      }),
    ),
  ]
}

const nameOf = ({ direction, rttMs, kib }: WindowCell) =>
  `${direction === 'up' ? 'upload' : 'download'}, ${rttMs} ms, ${kib} KiB`

const rateText = ({ rate }: MeasuredTransfer) => `${rate.median.toFixed(1)} Mbit/s`

/** The first window is there at once; each further one comes a round trip after the one before it. */
const leastMs = (bytes: number, window: number, rttMs: number) => (bytes / window - 1) * rttMs

function boundFindings(
  name: string,
  { rounds }: MeasuredTransfer,
  window: number,
  rttMs: number,
): readonly Finding[] {
  return rounds.map((round) => {
    const [bytes, ms] = [figureOf(round, FIGURES.bytes), figureOf(round, FIGURES.ms)]
    const least = leastMs(bytes, window, rttMs)
    return { fact: `${name}: ${ms.toFixed(0)} ms, at least ${least.toFixed(0)} ms`, holds: ms >= least }
  })
}

function tuningChecks(results: Results): readonly Check[] {
  const tunings = measuredTunings(results)
  const findings = (own: (name: string) => boolean, holds: (ms: number, least: number) => boolean) =>
    tunings
      .filter(({ name }) => own(name))
      .map(({ name, rounds }): Finding => {
        const count = rounds.length
        const ms = totalOver(rounds, (round) => figureOf(round, TUNING_FIGURES.fastestMs)) / count
        const bytes = totalOver(rounds, (round) => figureOf(round, TUNING_FIGURES.bytes)) / count
        const least = leastMs(bytes, windowBytes(64), TUNING_RTT_MS)
        return {
          fact: `${TUNING_SERVERS[name].title}: the fastest message took ${ms.toFixed(0)} ms, and with 64 KiB each takes ${least.toFixed(0)} ms or more`,
          holds: holds(ms, least),
        }
      })
  return [
    check(
      ROW,
      'A server of grpc-js keeps to its window however many messages arrive',
      findings(
        (name) => name === 'node',
        (ms, least) => ms >= least,
      ),
    ),
    check(
      ROW,
      'Servers of grpc-go and C-core outgrow the default window by themselves',
      findings(
        (name) => name !== 'node',
        (ms, least) => ms < least,
      ),
    ),
  ]
}
