// The survivors of mutation testing, and the score of each folder and of all.

import { folderOf } from './choose-sources.ts'
import type { FileReport, MutantOutcome } from './file-report.ts'

interface Counts {
  readonly found: number
  readonly survived: number
  /** Mutants that did not run: they count neither way. */
  readonly errors: number
}

const FOUND = ['Killed', 'Timeout']
const SURVIVED = ['Survived', 'NoCoverage']

export function countOf(mutants: readonly MutantOutcome[]): Counts {
  const count = (statuses: readonly string[]) =>
    mutants.filter(({ status }) => statuses.includes(status)).length
  const [found, survived] = [count(FOUND), count(SURVIVED)]
  return { found, survived, errors: mutants.length - found - survived }
}

/** In percent; undefined without mutants, which is no score and not a good one either. */
export function scoreOf({ found, survived }: Counts): number | undefined {
  return found + survived === 0 ? undefined : (100 * found) / (found + survived)
}

/** One line for each survivor, and for each that did not run: where it is, and what was changed. */
export function describeSurvivors({ file, mutants }: FileReport): readonly string[] {
  return mutants
    .filter(({ status }) => !FOUND.includes(status))
    .map(({ line, column, mutator, original, replacement, status }) => {
      const note = noteOf(status)
      return `${file}:${line}:${column} ${mutator}${note}: ${oneLine(original)} → ${oneLine(replacement)}`
    })
}

function noteOf(status: MutantOutcome['status']): string {
  if (status === 'NoCoverage') return ', which no test reaches'
  return SURVIVED.includes(status) ? '' : `, which did not run (${status})`
}

/** A line for each file with mutants, each folder, and all. */
export function describeScores(reports: readonly FileReport[]): readonly string[] {
  const folders = Map.groupBy(reports, ({ file }) => folderOf(file))
  return [
    ...[...folders].flatMap(([folder, inIt]) => [
      scoreLine(`xds-server/${folder}`, inIt),
      ...(inIt.length > 1 ? inIt.map((report) => scoreLine(`  ${report.file}`, [report])) : []),
    ]),
    scoreLine('all', reports),
  ]
}

function scoreLine(title: string, reports: readonly FileReport[]): string {
  const counts = countOf(reports.flatMap(({ mutants }) => mutants))
  const score = scoreOf(counts)
  const { found, survived, errors } = counts
  const failed = errors === 0 ? '' : `, ${errors} did not run`
  return score === undefined
    ? `${title}: no mutants`
    : `${title}: ${score.toFixed(1)} % (${found} of ${found + survived}${failed})`
}

const LONGEST = 100

function oneLine(code: string): string {
  const line = code.replaceAll(/\s+/g, ' ').trim()
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}
