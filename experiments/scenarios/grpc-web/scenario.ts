// gRPC from a browser: the ways from a page to a gRPC service, their cost, and what a page cannot do.

import type { Chapter } from '../../../harness/chapter.ts'
import { planOf } from '../../../harness/chapter.ts'
import type { Scenario } from '../../../harness/scenario.ts'
import { BROWSER_CHAPTER } from './browser/chapter.ts'
import { CONFORMANCE } from './conformance/chapter.ts'
import { COST } from './cost/chapter.ts'
import { LIMITS_CHAPTER } from './limits/chapter.ts'
import { MIDDLEMEN } from './middlemen/chapter.ts'
import { SECURITY_CHAPTER } from './security/chapter.ts'
import { WAYS_CHAPTER } from './ways/chapter.ts'

/** In the order of the report. */
const CHAPTERS: readonly Chapter[] = [
  WAYS_CHAPTER,
  COST,
  MIDDLEMEN,
  BROWSER_CHAPTER,
  SECURITY_CHAPTER,
  LIMITS_CHAPTER,
  CONFORMANCE,
]

export const SCENARIO: Scenario = {
  name: 'grpc-web',
  title: 'gRPC from a browser',
  question:
    'Which ways lead from a browser to a gRPC service, what do they cost, and what can a page not do?',
  plan: (profile) => planOf(CHAPTERS, profile),
}
