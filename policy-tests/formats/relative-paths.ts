// Paths of a report as another folder sees them: GitHub finds a line only by the path from the top of the repository.

import { relative, resolve } from 'node:path'
import type { Report } from './report.ts'

export function withPathsFrom(root: string, report: Report): Report {
  const tests = report.tests.map((test) => ({ ...test, file: relative(root, resolve(test.file)) }))
  return { ...report, tests }
}
