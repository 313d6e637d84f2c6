// The outcome of a scenario: its checks as a table, what failed and was skipped, and where the report is.

import { join } from 'node:path'
import pc from 'picocolors'
import { type Check, measurementsOf, type Results, type RunResult } from '../../../harness/results.ts'
import { renderTable } from '../../../testbed/measure/table.ts'

const OUTCOMES: Readonly<Record<Check['outcome'], string>> = {
  holds: pc.green('holds'),
  fails: pc.red('FAILS'),
  'not measured': 'not measured',
}

/** 1 if a check fails or a run failed. What was not measured is no failure. */
export function exitCodeOfResults({ checks, runs }: Results): number {
  return checks.some(({ outcome }) => outcome === 'fails') || runs.some(({ state }) => state === 'failed')
    ? 1
    : 0
}

export function renderOutcome(results: Results, folder: string): string {
  const { checks, runs, plan } = results
  const inState = (state: RunResult['state']) => runs.filter((run) => run.state === state)
  const [skipped, failed] = [inState('skipped'), inState('failed')]
  const counts = [
    `${inState('measured').length} of ${measurementsOf(plan)} runs measured`,
    ...(skipped.length === 0 ? [] : [`${skipped.length} skipped`]),
    ...(failed.length === 0 ? [] : [`${failed.length} failed`]),
  ]
  return [
    ...renderChecks(checks),
    `  ${counts.join(', ')}`,
    ...reasonsOf(skipped).map((why) => pc.yellow(`  ${why}`)),
    ...reasonsOf(failed).map((why) => pc.red(`  ${why}`)),
    `  report: ${join(folder, 'report.html')}, ${join(folder, 'summary.md')}, ${join(folder, 'results.json')}`,
  ].join('\n')
}

/** Checks that were not measured are many if few runs were chosen: the summary has their reasons. */
function renderChecks(checks: readonly Check[]): readonly string[] {
  const measured = checks.filter(({ outcome }) => outcome !== 'not measured')
  const others = checks.filter(({ outcome }) => outcome === 'not measured')
  const rows = [...new Set(others.map(({ row }) => row))].join(', ')
  const table = renderTable(
    ['row', 'outcome', 'check', 'measured'].map((title) => ({ title })),
    measured.map(({ row, title, outcome, detail }) => [row, OUTCOMES[outcome], title, detail]),
  )
  return [
    ...(measured.length === 0 ? [] : [table, '']),
    ...(others.length === 0 ? [] : [pc.yellow(`  ${countOf(others.length, 'check')} not measured: ${rows}`)]),
  ]
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

/** Each reason once, with the runs that have it. */
function reasonsOf(runs: readonly RunResult[]): readonly string[] {
  const same = Map.groupBy(runs, ({ state, why = '' }) => `${state}: ${why}`)
  return [...same].map(([reason, of]) => {
    const [first, ...others] = [...new Set(of.map(({ id }) => id))]
    return `${first}${others.length === 0 ? '' : ` and ${others.length} more`} ${reason}`
  })
}
