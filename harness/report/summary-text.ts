// The report as Markdown: small enough to be kept beside the code, and readable in a terminal.

import type { Results } from '../results.ts'
import type { ReportFacts } from './content/report-facts.ts'
import { costsTable, runsTable } from './content/run-tables.ts'
import { inline, paragraph, plain, tableText } from './markdown/markdown.ts'
import { sectionText } from './markdown/section-text.ts'
import type { Section } from './section.ts'

/** The text of `summary.md`. Series and histograms are in `results.json` only. */
export function summaryText(
  results: Results,
  sections: readonly Section[],
  { runs: summaries, overview }: ReportFacts,
): string {
  const { answer, checks, facts, notes, realness } = overview
  const runs = runsTable(summaries)
  const costs = costsTable(summaries)
  const blocks = [
    `# ${plain(results.title)}`,
    paragraph(results.question),
    facts.map(({ name, value }) => `- ${name}: ${plain(value)}`).join('\n'),
    ['```sh', results.command, '```'].join('\n'),
    '## The answer at a glance',
    `**${plain(answer)}**`,
    ...notes.flatMap(({ title, lines }) => [
      `**${plain(title)}:**`,
      lines.length === 1 ? paragraph(lines[0] ?? '') : lines.map((line) => `- ${inline(line)}`).join('\n'),
    ]),
    ...(checks.length === 0
      ? []
      : [
          tableText({
            columns: [
              { title: 'row' },
              { title: 'outcome' },
              { title: 'what must hold' },
              { title: 'what was found' },
            ],
            rows: checks.map(({ row, outcome, title, detail }) => [
              row,
              outcome === 'holds' ? outcome : `**${outcome}**`,
              title,
              detail,
            ]),
          }),
        ]),
    ...sections.flatMap(sectionText),
    '## Where the figures come from',
    tableText(
      {
        columns: [{ title: 'environment' }, { title: 'value' }],
        rows: Object.entries(results.environment),
      },
      plain,
    ),
    tableText(
      {
        columns: [{ title: 'what' }, { title: 'runs' }, { title: 'real or emulated' }],
        rows: realness.map((one) => [
          one.what,
          one.runs,
          one.emulates === undefined ? 'real' : `emulated: ${one.emulates}`,
        ]),
      },
      plain,
    ),
    '## All runs',
    runs.rows.length === 0 ? 'No run was measured.' : tableText(runs, plain),
    ...(costs.columns.length > 2 ? [tableText(costs, plain)] : []),
  ]
  return `${blocks.join('\n\n')}\n`
}
