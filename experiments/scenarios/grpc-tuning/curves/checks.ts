// What must hold of the curves, on any machine: that the loads are what they say, and what follows from how latencies are counted.

import { check } from '../../../../harness/check.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { failedOf } from '../../../../harness/statistics/round.ts'
import { roundsOf, totalOver } from '../../../../harness/statistics/rounds.ts'
import { decodeHistogram, quantileMs } from '../../../../testbed/measure/histogram.ts'
import { FIGURES } from './figures.ts'
import { BODIES, curveId, OMISSION_ID, SUBJECTS, WORKERS } from './matrix.ts'
import { type CurvePoint, type MeasuredCurve, measuredCurves } from './points.ts'

const ROW = 'O7.8'
const QUANTILES = [0.5, 0.99, 1]

export function checksOf(results: Results): readonly Check[] {
  const curves = measuredCurves(results)
  const points = curves.flatMap((curve) =>
    curve.points.map((point) => ({ curve, point, name: nameOf(curve, point) })),
  )
  const closed = curves.flatMap((curve) =>
    curve.closed.length === 0 ? [] : [{ name: `${curveName(curve)}, closed loop`, rounds: curve.closed }],
  )
  return [
    check(
      ROW,
      'Every call is answered, also past the capacity',
      [...closed, ...points.map(({ name, point: { rounds } }) => ({ name, rounds }))].map(
        ({ name, rounds }) => {
          const [calls, failed] = [totalOver(rounds, (round) => round.calls), totalOver(rounds, failedOf)]
          return { fact: `${name}: ${failed} of ${calls} calls failed`, holds: calls > 0 && failed === 0 }
        },
      ),
    ),
    check(
      ROW,
      'Each rate is its share of the throughput that a closed loop found',
      points.flatMap(({ name, point: { share, rounds } }) =>
        rounds.map(({ figures, load }) => {
          const capacity = figures[FIGURES.capacity] ?? Number.NaN
          return {
            fact: `${name}: ${load?.callsPerSecond} of ${capacity.toFixed(0)} calls/s`,
            // A rate is a whole number, and at least 1.
            holds: Math.abs((load?.callsPerSecond ?? Number.NaN) - (capacity * share) / 100) <= 1,
          }
        }),
      ),
    ),
    check(
      ROW,
      'From the moment they are due, calls take as long as from the moment they are sent, or longer',
      points.flatMap(({ name, point: { rounds } }) =>
        rounds
          .filter(({ figures }) => figures[FIGURES.unsent] === 0)
          .map((round) => compareClocks(name, round)),
      ),
    ),
    check(
      ROW,
      'A load generator with a worker for each call has at most as many under way as workers',
      roundsOf(results, OMISSION_ID).map(({ figures }) => {
        const open = figures['calls open at the end'] ?? Number.NaN
        return { fact: `${open} of ${WORKERS}`, holds: open <= WORKERS }
      }),
    ),
  ]
}

/** The same calls are in both histograms, and none was sent before it was due. */
function compareClocks(name: string, { histograms }: Measured) {
  const [due, sent] = [histograms.call, histograms.service].map((text = '') =>
    QUANTILES.map((share) => quantileMs(decodeHistogram(text), share)),
  )
  const texts = [due, sent].map((values = []) => values.map((value) => value.toFixed(2)).join(', '))
  return {
    fact: `${name}: p50, p99 and longest ${texts.join(' ms, and ')} ms`,
    holds: QUANTILES.every((_, at) => (due?.[at] ?? Number.NaN) >= (sent?.[at] ?? Number.NaN)),
  }
}

export const curveName = ({ subject, body }: Pick<MeasuredCurve, 'subject' | 'body'>): string =>
  `${SUBJECTS[subject].title}, ${BODIES[body].title}`

const nameOf = (curve: MeasuredCurve, { share }: CurvePoint): string => `${curveId(curve)} at ${share} %`
