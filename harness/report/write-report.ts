// Writes the report of a scenario into a folder: a page and a text.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Results } from '../results.ts'
import { reportFactsOf } from './content/report-facts.ts'
import { reportPage } from './report-page.ts'
import type { Section } from './section.ts'
import { summaryText } from './summary-text.ts'

/**
 * `report.html`, one page with charts that needs no other file and no network, and `summary.md`, the same in tables of text.
 * @param folder exists
 * @throws {Error} if a histogram of a section or run cannot be read, and says which; then it writes nothing
 */
export async function writeReport(
  folder: string,
  results: Results,
  sections: readonly Section[],
): Promise<void> {
  const facts = reportFactsOf(results)
  const page = reportPage(results, sections, facts)
  const summary = summaryText(results, sections, facts)
  await writeFile(join(folder, 'report.html'), page)
  await writeFile(join(folder, 'summary.md'), summary)
}
