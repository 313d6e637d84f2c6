// What to choose: recommendations by workload and distance, made by a rule from the matrix of this run.

import type { Chapter } from '../../../../harness/chapter.ts'
import { sectionsOf } from './sections.ts'

export const ADVICE: Chapter = {
  title: 'What to choose',
  runs: () => [],
  checks: () => [],
  sections: sectionsOf,
}
