// The outputs of `yard test` for programs, by their names. People get tables.

import { renderGithub } from './github.ts'
import { renderJunit } from './junit.ts'
import type { Report } from './report.ts'
import { renderTap } from './tap.ts'

export const REPORT_FORMATS = {
  tap: renderTap,
  junit: renderJunit,
  github: renderGithub,
} as const satisfies Readonly<Record<string, (report: Report) => string>>

export type ReportFormat = keyof typeof REPORT_FORMATS
