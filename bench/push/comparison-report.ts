// A comparison of two commits as Markdown.

import type { Interval } from '../../testbed/measure/statistics.ts'
import { table } from '../harness/markdown.ts'
import type { Comparison, Verdict } from './compare-commits.ts'

const HEAD = [
  '',
  'N',
  'M',
  'pairs',
  'base',
  'now',
  'now ÷ base',
  '95 % interval',
  'CPU ÷ base',
  '95 % interval',
  'first sync',
  'peak',
  '',
]

/** The table, and a sentence for each cell that needs one. */
export function renderComparison(comparisons: readonly Comparison[], unfinished: readonly string[]): string {
  const rows = comparisons.map((one) => [
    one.cell.mode,
    String(one.cell.size),
    String(one.cell.streams),
    String(one.pairs),
    ms(one.baseMs),
    ms(one.currentMs),
    `**${one.push.median.toFixed(2)}**`,
    rangeOf(one.push),
    `**${one.cpu.median.toFixed(2)}**`,
    rangeOf(one.cpu),
    one.firstSync.toFixed(2),
    one.peak.toFixed(2),
    one.verdict === 'as fast' ? '' : one.verdict.toUpperCase(),
  ])
  const remarks = [
    ...unfinished.map((one) => `- Not finished: ${one}`),
    ...comparisons
      .filter(({ hasOtherContent }) => hasOtherContent)
      .map(
        ({ cell }) =>
          `- ${cell.mode}, N = ${cell.size}, M = ${cell.streams}: the first sync of the two commits differs by more than 2 % in bytes, so they do not do the same work.`,
      ),
  ]
  return [
    table(HEAD, rows),
    ...(remarks.length === 0 ? [] : [remarks.join('\n')]),
    summary(comparisons),
  ].join('\n\n')
}

function summary(comparisons: readonly Comparison[]): string {
  const count = (wanted: Verdict) => comparisons.filter(({ verdict }) => verdict === wanted).length
  const unsure =
    count('unsure') === 0
      ? ''
      : ` ${count('unsure')} unsure: the median is above 1.05, but the interval contains 1. Measure again with --only and more --starts, on a machine with less other load.`
  return `${count('slower')} of ${comparisons.length} cells are slower by more than 5 %.${unsure}`
}

function rangeOf({ low, high }: Interval): string {
  return `${low.toFixed(2)} – ${high.toFixed(2)}`
}

function ms(value: number): string {
  return `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`
}
