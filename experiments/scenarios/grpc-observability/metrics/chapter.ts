// Metrics: what client, proxy and server count of the same calls.

import type { Chapter } from '../../../../harness/chapter.ts'
import { facts } from '../../../../harness/facts.ts'
import { NEEDS_ENVOY, NEEDS_PROMETHEUS } from '../../../../harness/needs.ts'
import type { Profile, ProfileName } from '../../../../harness/profile.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { Run, RunContext } from '../../../../harness/scenario.ts'
import { observedEdge } from '../observed-edge.ts'
import { checksOf } from './checks.ts'
import { between, PARTS, readCounts } from './counts.ts'
import { codeFigure, holdsText, runIdOf } from './figures.ts'
import { sectionsOf } from './sections.ts'
import { STORIES } from './stories.ts'
import type { Story } from './story.ts'

/** Calls of a story. */
const CALLS: Readonly<Record<ProfileName, number>> = { quick: 40, standard: 200, full: 2_000 }

export const METRICS: Chapter = {
  title: 'Metrics of client, proxy and server',
  tools: { Prometheus: ['prometheus', '--version'] },
  runs: (profile) => STORIES.map((story) => runOf(story, profile)),
  checks: checksOf,
  sections: sectionsOf,
}

function runOf(story: Story, { name }: Profile): Run {
  return {
    id: runIdOf(story),
    labels: { story: story.title },
    needs: [NEEDS_ENVOY, NEEDS_PROMETHEUS],
    seconds: 2,
    rounds: 1,
    measure: (context) => measure(story, CALLS[name], context),
  }
}

async function measure(story: Story, calls: number, context: RunContext): Promise<Measured> {
  const edge = await observedEdge(context)
  const { prometheus } = edge
  await edge.turn(story.settings ?? {})
  const before = await readCounts(prometheus, context.signal)
  const begun = performance.now()
  const made = await story.run(edge, calls, context.signal)
  const seconds = (performance.now() - begun) / 1_000
  edge.seen.add(story.id)
  const counted = between(before, await readCounts(prometheus, context.signal))
  const codes = PARTS.flatMap((part) =>
    Object.entries(counted.codes[part]).map(([code, count]) => [codeFigure(part, code), count]),
  )
  return facts({
    seconds,
    calls: made.made,
    codes: { ...counted.codes.client },
    figures: {
      ...counted.counts,
      ...made.figures,
      ...Object.fromEntries(codes),
    },
    texts: Object.fromEntries(
      Object.entries({ ...story.holds(counted, made), ...made.facts }).map(([fact, holds]) => [
        holdsText(fact),
        String(holds),
      ]),
    ),
  })
}
