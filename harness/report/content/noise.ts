// Runs whose own rounds differ so much that a comparison with them says little.

import { spreadOf } from '../../statistics/rounds.ts'
import { NOISY_VARIATION } from '../../statistics/verdict.ts'
import { count, significant } from './number-text.ts'
import type { RunSummary } from './run-figures.ts'

/** The noisiest are named, the others counted. */
const NAMED = 5

/** A line for each run whose median latency varies too much over its rounds, the worst first. */
export function noisyRuns(runs: readonly RunSummary[]): string[] {
  const noisy = runs
    .map(({ id, measured }) => ({
      id,
      ...spreadOf(measured.flatMap(({ figures }) => figures.latencies?.at(50) ?? [])),
    }))
    .filter(({ isNoisy }) => isNoisy)
    .toSorted((a, b) => b.variation - a.variation)
  if (noisy.length === 0) return []
  const named = noisy
    .slice(0, NAMED)
    .map(({ id, variation }) => `\`${id}\` by ${significant(variation * 100, 2)} %`)
  const rest = noisy.length - named.length
  const names = rest > 0 ? `${named.join(', ')}, and ${count(rest, 'other')}` : named.join(', ')
  return [
    `The median latency of ${count(noisy.length, 'run')} of ${runs.length} varies over the rounds by more than ${NOISY_VARIATION * 100} % (coefficient of variation): ${names}. Differences of that size may be noise.`,
  ]
}
