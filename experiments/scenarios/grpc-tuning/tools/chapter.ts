// Tools: ghz and our load generator on one server, at the same concurrency and at the same rate.

import type { Chapter } from '../../../../harness/chapter.ts'
import { checksOf } from './checks.ts'
import { toolRuns } from './comparisons.ts'
import { sectionsOf } from './sections.ts'

export const TOOLS_CHAPTER: Chapter = {
  title: 'Tools',
  runs: toolRuns,
  checks: checksOf,
  sections: sectionsOf,
}
