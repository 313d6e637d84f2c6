// Traces: one call as client, Envoy and services report it.

import type { Chapter } from '../../../../harness/chapter.ts'
import { check } from '../../../../harness/check.ts'
import { facts } from '../../../../harness/facts.ts'
import { NEEDS_ENVOY } from '../../../../harness/needs.ts'
import type { Results } from '../../../../harness/results.ts'
import type { Run } from '../../../../harness/scenario.ts'
import { COLLECTOR, COLLECTOR_RUN } from './collector-run.ts'
import { factsOf, holdsText, runIdOf, SHOWN, traceText } from './figures.ts'
import { TRACE_RUNS, type TraceRun } from './runs.ts'
import { sectionsOf } from './sections.ts'
import { tracedBed } from './traced-bed.ts'

export const TRACES: Chapter = {
  title: 'Traces',
  runs: ({ name }) => [
    ...TRACE_RUNS.map(
      (one): Run => ({
        id: runIdOf(one),
        labels: { traces: one.title },
        needs: [NEEDS_ENVOY],
        seconds: 4,
        rounds: 1,
        async measure(context) {
          const { calls, findings, figures, shown } = await one.measure(await tracedBed(context), name)
          return facts({
            calls,
            figures: { ...figures },
            texts: {
              ...Object.fromEntries(findings.map(({ fact, holds }) => [holdsText(fact), String(holds)])),
              ...(shown && { [SHOWN]: traceText(shown) }),
            },
          })
        },
      }),
    ),
    ...(name === 'quick' ? [] : [COLLECTOR]),
  ],
  checks: (results) =>
    [...TRACE_RUNS, ...(results.profile.name === 'quick' ? [] : [COLLECTOR_RUN])].map((one) =>
      check(one.row, one.title, factsOf(results, one)),
    ),
  sections: (results: Results) => sectionsOf(results, TRACE_RUNS satisfies readonly TraceRun[]),
}
