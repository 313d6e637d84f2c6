// The rule by which a transport is recommended: the best by its median, and all that the rounds cannot tell from it.

import { compareRounds, type Verdict } from '../../../../harness/statistics/verdict.ts'
import { median } from '../../../../testbed/measure/statistics.ts'

export interface Candidate {
  readonly title: string
  /** By round. */
  readonly values: readonly number[]
}

export interface Choice {
  readonly best: Candidate
  readonly value: number
  /** That the rounds cannot tell from the best, in their order. */
  readonly asGood: readonly Candidate[]
  /** Whether there are too few rounds to tell anything. */
  readonly isUndecided: boolean
}

/** @returns undefined without candidates that were measured */
export function choose(candidates: readonly Candidate[], isLowerBetter: boolean): Choice | undefined {
  const measured = candidates.filter(({ values }) => Number.isFinite(median(values)))
  const sign = isLowerBetter ? 1 : -1
  const [best] = measured.toSorted((a, b) => sign * (median(a.values) - median(b.values)))
  if (best === undefined) return undefined
  const others = measured.filter((one) => one !== best)
  const verdicts = others.map((one) => ({ one, outcome: compareRounds(best.values, one.values).outcome }))
  return {
    best,
    value: median(best.values),
    asGood: verdicts.flatMap(({ one, outcome }) =>
      outcome === 'not distinguishable' || outcome === 'too noisy' ? [one] : [],
    ),
    isUndecided: verdicts.some(({ outcome }) => outcome === 'too few rounds'),
  }
}

/** A cost that is a smaller part of a call than this does not decide where its ends are placed. */
export const NEGLIGIBLE_SHARE = 0.05

export interface Extra {
  /** Of the far one, in the unit of the values. */
  readonly extra: number
  readonly verdict: Verdict
  /** How long a call has to take by itself, so that the extra is a negligible part of it; undefined if there is no difference. */
  readonly negligibleFrom: number | undefined
}

/** What the far one adds to latencies of the near one. */
export function extraOf(near: readonly number[], far: readonly number[]): Extra {
  const extra = median(far) - median(near)
  const verdict = compareRounds(near, far)
  const isMore = verdict.outcome === 'different' && extra > 0
  return { extra, verdict, negligibleFrom: isMore ? extra / NEGLIGIBLE_SHARE : undefined }
}
