// A real browser: two clients, three formats, two transports, and everything that a call can bring.

import type { Chapter } from '../../../../harness/chapter.ts'
import { BUNDLES_RUN } from './bundles.ts'
import { browserChecks } from './checks.ts'
import { PAGE_RUN } from './page-run.ts'
import { BROWSER_RUNS } from './runs.ts'
import { browserSections } from './sections.ts'

export const BROWSER_CHAPTER: Chapter = {
  title: 'A page in a real browser',
  runs: () => [...BROWSER_RUNS, BUNDLES_RUN, PAGE_RUN],
  checks: browserChecks,
  sections: browserSections,
  tools: { Chromium: ['chromium', '--version'] },
}
