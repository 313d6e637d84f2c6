// A comparison in words and tables, for the page and for Markdown.

import type { Results } from '../../results.ts'
import { ALPHA, levelText, type Verdict } from '../../statistics/verdict.ts'
import type { DataTable } from '../content/data-table.ts'
import { count, NOTHING, significant } from '../content/number-text.ts'
import type { Comparison, MeasureComparison } from './compare-results.ts'

/** What is A and what is B: when each began, and its profile. */
export const sideText = ({ begun, profile }: Results): string =>
  `${begun.slice(0, 16).replace('T', ' ')} UTC, ${profile.name}`

/** How much differs, and how much would if nothing did. */
export function answerText({ measures }: Comparison): string {
  const verdicts = measures.flatMap(({ runs }) => runs.map(({ verdict }) => verdict))
  const amount = (outcome: Verdict['outcome']) => verdicts.filter((one) => one.outcome === outcome).length
  if (verdicts.length === 0) return 'The two have no run in common.'
  if (amount('too few rounds') === verdicts.length)
    return 'Nothing can be told apart: there are too few rounds.'
  const judged = verdicts.length - amount('too few rounds')
  return `${amount('different')} of ${count(judged, 'comparison')} ${amount('different') === 1 ? 'differs' : 'differ'}. If nothing had changed, chance alone would give up to about ${Math.ceil(judged * ALPHA)}.`
}

/** What keeps it from being a comparison of one thing. */
export function warningsOf(a: Results, b: Results, { onlyA, onlyB, environment }: Comparison): string[] {
  const different = environment.filter(({ differs }) => differs).map(({ name }) => `\`${name}\``)
  const warnings = [
    a.scenario !== b.scenario && `A is of the scenario \`${a.scenario}\`, B of \`${b.scenario}\`.`,
    different.length > 0 && `The environments differ in ${different.join(', ')}.`,
    onlyA.length > 0 && `Only A has ${onlyA.map((id) => `\`${id}\``).join(', ')}.`,
    onlyB.length > 0 && `Only B has ${onlyB.map((id) => `\`${id}\``).join(', ')}.`,
    a.ended === undefined && 'A is unfinished.',
    b.ended === undefined && 'B is unfinished.',
  ]
  return warnings.filter((one) => one !== false)
}

/** `1.52×`; nothing where A is zero. */
export const ratioText = (ratio: number): string =>
  Number.isFinite(ratio) ? `${ratio < 10 ? ratio.toFixed(2) : significant(ratio)}×` : NOTHING

/** `different, p 0.008`. */
export function verdictText({ outcome, p, variation }: Verdict): string {
  if (outcome === 'too few rounds') return outcome
  if (outcome === 'too noisy') return `too noisy: rounds vary by ${significant(variation * 100, 2)} %`
  return `${outcome}, p ${levelText(p)}`
}

export function measureTable({ unit, runs }: MeasureComparison): DataTable {
  return {
    columns: [
      { title: 'run' },
      { title: 'A', unit },
      { title: 'B', unit },
      { title: 'B over A' },
      { title: 'verdict' },
    ],
    rows: runs.map(({ id, a, b, verdict }) => [
      ...[id, a, b],
      ...[Number.isFinite(verdict.ratio) ? verdict.ratio : undefined, verdictText(verdict)],
    ]),
  }
}

export function environmentTable({ environment }: Comparison): DataTable {
  return {
    columns: [{ title: 'environment' }, { title: 'A' }, { title: 'B' }, { title: 'same?' }],
    rows: environment.map(({ name, a, b, differs }) => [
      ...[name, a ?? NOTHING, b ?? NOTHING],
      differs ? '**differs**' : '',
    ]),
  }
}

export function checksTable({ checks }: Comparison): DataTable {
  return {
    columns: [
      { title: 'row' },
      { title: 'what must hold' },
      { title: 'A' },
      { title: 'B' },
      { title: 'same?' },
    ],
    rows: checks.map(({ row, title, a, b }) => [
      ...[row, title, a ?? NOTHING, b ?? NOTHING],
      a === b ? '' : '**differs**',
    ]),
  }
}
