// Writes summary.md and report.html of results.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Results } from '../results.ts'
import type { Section } from './section.ts'

/** Writes both files into the folder. */
export async function writeReport(
  folder: string,
  results: Results,
  sections: readonly Section[],
): Promise<void> {
  const summary = summarize(results, sections)
  await writeFile(join(folder, 'summary.md'), summary)
  const escaped = summary.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  await writeFile(
    join(folder, 'report.html'),
    `<!doctype html><title>${results.title}</title><pre>${escaped}</pre>\n`,
  )
}

function summarize(
  { title, question, ended, runs, plan, checks }: Results,
  sections: readonly Section[],
): string {
  const missing = plan.runs.length * plan.rounds - runs.length
  return [
    `# ${title}`,
    question,
    ...(ended === undefined ? [`**unfinished**: ${missing} runs are missing`] : []),
    ...checks.map(({ row, title, outcome, detail }) => `- ${row} ${outcome}: ${title} (${detail})`),
    ...sections.flatMap((section) => [
      `## ${section.title}`,
      ...(section.says === undefined ? [] : [section.says]),
      ...(section.kind === 'text' ? section.paragraphs : []),
    ]),
    '',
  ].join('\n\n')
}
