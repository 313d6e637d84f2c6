// Tokens and origins: a proxy that requires a JWT, and pages that call it.

import type { Chapter } from '../../../../harness/chapter.ts'
import { securityChecks } from './checks.ts'
import { SECURITY_RUNS } from './runs.ts'
import { securitySections } from './sections.ts'

export const SECURITY_CHAPTER: Chapter = {
  title: 'CORS and tokens',
  runs: () => SECURITY_RUNS,
  checks: securityChecks,
  sections: securitySections,
}
