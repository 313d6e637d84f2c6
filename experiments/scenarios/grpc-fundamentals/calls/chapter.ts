// The chapter of the four kinds of call: who sends what when, directly and through an Envoy.

import type { Chapter } from '../../../harness/chapter.ts'
import { ROWS } from './stories/stories.ts'
import type { Kind } from './story.ts'
import { storyChecks } from './story-checks.ts'
import { storySections } from './story-sections.ts'
import { toldRun } from './told.ts'
import { WAYS } from './ways.ts'

const KINDS = Object.keys(ROWS) as Kind[]

export const CALLS: Chapter = {
  runs: () => KINDS.flatMap((kind) => WAYS.map((way) => toldRun(kind, way))),
  checks: storyChecks,
  sections: storySections,
}
