// What a page cannot do with gRPC-Web, shown by trying, and what works instead.

import type { Chapter } from '../../../../harness/chapter.ts'
import { limitsChecks } from './checks.ts'
import { LIMITS_RUNS } from './runs.ts'
import { limitsSections } from './sections.ts'

export const LIMITS_CHAPTER: Chapter = {
  title: 'Limits and workarounds',
  runs: () => LIMITS_RUNS,
  checks: limitsChecks,
  sections: limitsSections,
}
