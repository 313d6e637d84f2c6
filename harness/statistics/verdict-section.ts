// A part of a report: which of two configurations is higher, or that nobody can tell.

import { decodeHistogram, quantileMs } from '../../testbed/measure/histogram.ts'
import { median } from '../../testbed/measure/statistics.ts'
import type { TableSection } from '../report/section.ts'
import type { Measured, Results } from '../results.ts'
import { roundsOf } from './rounds.ts'
import { ALPHA, compareRounds, describeVerdict } from './verdict.ts'

/** Two runs of the plan, by their ids. */
export interface Pair {
  readonly label: string
  readonly a: string
  readonly b: string
}

/** One value of a round; undefined where it was not measured. */
export interface Measure {
  readonly name: string
  readonly of: (round: Measured) => number | undefined
}

const latency = (name: string, share: number): Measure => ({
  name,
  of: ({ histograms: { call } }) => {
    const histogram = call === undefined ? undefined : decodeHistogram(call)
    return histogram === undefined || histogram.totalCount === 0 ? undefined : quantileMs(histogram, share)
  },
})

export const LATENCIES: readonly Measure[] = [latency('p50 (ms)', 0.5), latency('p99 (ms)', 0.99)]

export const THROUGHPUT: Measure = {
  name: 'calls/s',
  of: ({ calls, seconds }) => (seconds > 0 ? calls / seconds : undefined),
}

export interface VerdictSectionOptions {
  readonly title: string
  readonly says?: string
  readonly pairs: readonly Pair[]
  /** Default: p50 and p99 of the calls. */
  readonly measures?: readonly Measure[]
}

/** A row for each pair and measure that both runs have. */
export function verdictSection(
  results: Pick<Results, 'runs'>,
  { title, says, pairs, measures = LATENCIES }: VerdictSectionOptions,
): TableSection {
  const rows = pairs.flatMap(({ label, a, b }) => {
    const [roundsA, roundsB] = [roundsOf(results, a), roundsOf(results, b)]
    return measures.flatMap(({ name, of }) => {
      const [valuesA, valuesB] = [roundsA, roundsB].map((rounds) =>
        rounds.flatMap((round) => of(round) ?? []),
      )
      if (!valuesA?.length || !valuesB?.length) return []
      const verdict = compareRounds(valuesA, valuesB)
      return [[label, name, median(valuesA), median(valuesB), verdict.ratio, describeVerdict(verdict)]]
    })
  })
  return {
    kind: 'table',
    title,
    says: [says, HOW_TO_READ].filter(Boolean).join(' '),
    columns: [
      ...[{ title: 'A and B' }, { title: 'measure' }],
      ...[{ title: 'A' }, { title: 'B' }, { title: 'B over A', decimals: 2 }],
      { title: 'verdict' },
    ],
    rows,
  }
}

const HOW_TO_READ = `A and B are medians over rounds. The verdict is that of an exact rank test over rounds at a level of ${ALPHA}: of 100 pairs of equals, it calls about ${100 * ALPHA} different.`
