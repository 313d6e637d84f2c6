// The chapter of the four kinds of call: who sends what when, directly and through an Envoy.

import type { Chapter } from '../../../../harness/chapter.ts'
import { flowChecks } from './flow/flow-checks.ts'
import { flowSections } from './flow/flow-sections.ts'
import { interleavingRun } from './flow/interleaving.ts'
import { orderRun } from './flow/message-order.ts'
import { CASES, slowReaderRun, waysOf } from './flow/slow-reader.ts'
import { ROWS } from './stories/stories.ts'
import type { Kind } from './story.ts'
import { storyChecks } from './story-checks.ts'
import { storySections } from './story-sections.ts'
import { toldRun } from './told.ts'
import { WAYS } from './ways.ts'
import { waysSections } from './ways-section.ts'
import { WORDS, wireChecks, wireSections } from './wire-section.ts'

const KINDS = Object.keys(ROWS) as Kind[]

export const CALLS: Chapter = {
  title: 'The four kinds of call',
  runs: () => [
    ...KINDS.flatMap((kind) => WAYS.map((way) => toldRun(kind, way))),
    ...CASES.flatMap((one) => waysOf(one).map((way) => slowReaderRun(one, way))),
    ...WAYS.flatMap((way) => [interleavingRun(way), orderRun(way)]),
  ],
  checks: (results) => [...storyChecks(results), ...wireChecks(results), ...flowChecks(results)],
  sections(results) {
    const stories = storySections(results)
    return [
      ...(stories.length > 0 ? [WORDS] : []),
      ...stories,
      ...wireSections(results),
      ...waysSections(results),
      ...flowSections(results),
    ]
  },
}
