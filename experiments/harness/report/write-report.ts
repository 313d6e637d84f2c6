// Writes the report of a scenario into a folder: a page and a text.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Results } from '../results.ts'
import { reportPage } from './report-page.ts'
import type { Section } from './section.ts'
import { summaryText } from './summary-text.ts'

/**
 * `report.html`, one page with charts that needs no other file and no network, and `summary.md`, the same in tables of text.
 * @param folder exists
 * @throws {Error} if a histogram of a section or run cannot be read; it says which
 */
export function writeReport(folder: string, results: Results, sections: readonly Section[]): void {
  const page = reportPage(results, sections)
  const summary = summaryText(results, sections)
  writeFileSync(join(folder, 'report.html'), page)
  writeFileSync(join(folder, 'summary.md'), summary)
}
