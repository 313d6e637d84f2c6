// Logs: what client, proxy and server write about the same calls, and what is in no log.

import type { Chapter } from '../../../../harness/chapter.ts'
import { facts } from '../../../../harness/facts.ts'
import { NEEDS_ENVOY } from '../../../../harness/needs.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { holdsText } from '../metrics/figures.ts'
import { checksOf } from './checks.ts'
import { ALL_LINES_TEXT, runIdOf, SAMPLE_RUN, SECRET_RUN, SPANS_RUN } from './figures.ts'
import { logsBed } from './logs-bed.ts'
import { measureSample, measureSecret } from './payloads.ts'
import { sectionsOf } from './sections.ts'
import { measureSpans } from './spans.ts'
import { type LogStory, STORIES } from './stories.ts'

export const LOGS: Chapter = {
  title: 'Logs of client, proxy and server',
  runs: () => [
    ...STORIES.map((story) => runOf(runIdOf(story), story.title, (context) => measure(story, context))),
    runOf(SPANS_RUN, 'lines and spans of one call', measureSpans),
    runOf(SAMPLE_RUN, 'payloads of a sample of calls', measureSample),
    runOf(SECRET_RUN, 'values that are sensitive', measureSecret),
  ],
  checks: checksOf,
  sections: sectionsOf,
}

function runOf(id: string, story: string, measure: Run['measure']): Run {
  return { id, labels: { story }, needs: [NEEDS_ENVOY], seconds: 1, rounds: 1, measure }
}

async function measure(story: LogStory, context: RunContext): Promise<Measured> {
  const bed = await logsBed(context)
  const marks = await story.run(bed)
  const lines = await bed.linesOf(marks, story.calls, context.signal)
  const holds = Object.entries(story.holds(lines)).map(([fact, isSo]) => [holdsText(fact), String(isSo)])
  return facts({
    calls: marks.length,
    texts: { [ALL_LINES_TEXT]: JSON.stringify(lines), ...Object.fromEntries(holds) },
  })
}
