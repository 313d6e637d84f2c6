// What it costs to observe: added CPU time and latency of metrics, traces and logs, in one run.

import type { Chapter } from '../../../../harness/chapter.ts'
import { NEEDS_ENVOY } from '../../../../harness/needs.ts'
import { checksOf } from './checks.ts'
import { RUN } from './figures.ts'
import { estimatedSeconds, measureCost, TURNS } from './measure-cost.ts'
import { MODES } from './modes.ts'
import { sectionsOf } from './sections.ts'

/** To start all that takes part. */
const START_SECONDS = 10

export const COST: Chapter = {
  title: 'What observing costs',
  runs: ({ name }) => {
    return [
      {
        id: RUN,
        labels: { modes: MODES.map(({ title }) => title).join(', ') },
        needs: [NEEDS_ENVOY],
        // The turns are the rounds.
        rounds: 1,
        seconds: START_SECONDS + estimatedSeconds(TURNS[name]),
        measure: measureCost,
      },
    ]
  },
  checks: checksOf,
  sections: sectionsOf,
}
