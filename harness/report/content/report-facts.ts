// What page and summary of a report both say of all results.

import type { Results } from '../../results.ts'
import { noisyRuns } from './noise.ts'
import { type Overview, overviewOf } from './overview.ts'
import { type RunSummary, summarizeRuns } from './run-figures.ts'

export interface ReportFacts {
  readonly runs: readonly RunSummary[]
  readonly overview: Overview
}

/** Decodes the histograms of all runs, so it is asked once for both. @throws {Error} if one cannot be read, and says which */
export function reportFactsOf(results: Results): ReportFacts {
  const runs = summarizeRuns(results)
  return { runs, overview: overviewOf(results, noisyRuns(runs)) }
}
