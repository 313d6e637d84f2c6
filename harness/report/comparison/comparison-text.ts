// Two results side by side as Markdown.

import type { Results } from '../../results.ts'
import { paragraph, plain, tableText } from '../markdown/markdown.ts'
import { compareResults } from './compare-results.ts'
import {
  answerText,
  checksTable,
  environmentTable,
  measureTable,
  sideText,
  warningsOf,
} from './comparison-words.ts'

/** The text of `comparison.md`. */
export function comparisonText(a: Results, b: Results): string {
  const comparison = compareResults(a, b)
  const warnings = warningsOf(a, b, comparison)
  const blocks = [
    `# ${plain(a.title)}: two results compared`,
    `- A: ${plain(sideText(a))}\n- B: ${plain(sideText(b))}`,
    `**${plain(answerText(comparison))}**`,
    ...(warnings.length > 0 ? [warnings.map((one) => `- ${paragraph(one)}`).join('\n')] : []),
    'Rounds are compared by their ranks (Mann-Whitney, exact).',
    ...comparison.measures.flatMap((measure) => [
      `## ${plain(measure.title)}`,
      tableText(measureTable(measure)),
    ]),
    ...(comparison.checks.length > 0 ? ['## Checks', tableText(checksTable(comparison))] : []),
    '## Environments',
    tableText(environmentTable(comparison)),
  ]
  return `${blocks.join('\n\n')}\n`
}
