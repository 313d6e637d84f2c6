// The measured curves: what each rate gave, with the knee.

import type { Measured, Results } from '../../../../harness/results.ts'
import { meanOver, quantileOver, roundsOf } from '../../../../harness/statistics/rounds.ts'
import { median } from '../../../../testbed/measure/statistics.ts'
import { FIGURES } from './figures.ts'
import { type Knee, kneeOf, type RatePoint } from './knee.ts'
import { BODIES, type BodyName, type Curve, closedId, openId, SHARES, SUBJECT_NAMES } from './matrix.ts'

export interface CurvePoint extends RatePoint {
  /** Of the capacity, in percent. */
  readonly share: number
  readonly rounds: readonly Measured[]
}

export interface MeasuredCurve extends Curve {
  /** Of the closed loop; undefined where it was not chosen. */
  readonly closed: readonly Measured[]
  /** Calls a second: what the rates are shares of. */
  readonly capacity: number
  /** From the lowest rate. */
  readonly points: readonly CurvePoint[]
  readonly knee: Knee<CurvePoint>
}

/** All shares of all profiles, because results do not say which one measured them. */
const ALL_SHARES = [...new Set(Object.values(SHARES).flat())].toSorted((a, b) => a - b)

/** With at least one rate. */
export function measuredCurves(results: Pick<Results, 'runs'>): readonly MeasuredCurve[] {
  return (Object.keys(BODIES) as BodyName[]).flatMap((body) =>
    SUBJECT_NAMES.flatMap((subject) => {
      const curve = { subject, body }
      const points = ALL_SHARES.flatMap((share) =>
        pointOf(roundsOf(results, openId({ ...curve, share })), share),
      )
      if (points.length === 0) return []
      const closed = roundsOf(results, closedId(curve))
      const capacity = median(points.map(({ rounds }) => figureOf(rounds, FIGURES.capacity)))
      return [{ ...curve, closed, capacity, points, knee: kneeOf(points) }]
    }),
  )
}

/** The p99 is the median of those of the rounds: what disturbs one round does not move the knee. */
function pointOf(rounds: readonly Measured[], share: number): readonly CurvePoint[] {
  if (rounds.length === 0) return []
  const achieved = median(rounds.map(({ calls, seconds }) => calls / seconds))
  return [
    {
      ...{ share, rounds, achieved },
      offered: figureOf(rounds, FIGURES.offered),
      p99: quantileOver(rounds, 'call', 0.99).median,
    },
  ]
}

export function figureOf(rounds: readonly Measured[], name: string): number {
  return meanOver(rounds, ({ figures }) => figures[name] ?? Number.NaN)
}
