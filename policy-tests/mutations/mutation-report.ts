// The outcomes of mutations for people, and as tests for the other outputs.

import { renderTable } from '../../testbed/measure/table.ts'
import type { Report } from '../formats/report.ts'
import type { CellResult } from '../result.ts'
import type { MutantOutcome, MutationResult } from './run-mutations.ts'

/** More are as good as none for a reader. */
const MOST_SHOWN = 2

/** Where a field is written, or the nearest place around it. */
export type PlaceOf = (steps: readonly string[]) => { readonly file: string; readonly line: number }

/** A test for each protection: it passes if some cell failed without it. */
export function reportOfMutations(
  { outcomes, milliseconds }: MutationResult,
  placeOf: PlaceOf,
  envoy: string,
): Report {
  return {
    tests: outcomes.map((outcome) => ({
      ...placeOf(outcome.mutant.steps),
      name: nameOf(outcome),
      passed: isNoticed(outcome),
      problems: isNoticed(outcome) ? [] : [problemOf(outcome)],
      details: { noticedBy: outcome.noticedBy.map(cellName) },
      milliseconds: outcome.milliseconds,
    })),
    milliseconds,
    envoy,
  }
}

export function isNoticed({ noticedBy }: MutantOutcome): boolean {
  return noticedBy.length > 0
}

/** A line for each protection, those that nobody noticed at the end, and what they mean. */
export function renderMutations(
  { outcomes, inseparable, milliseconds }: MutationResult,
  envoy: string,
): string {
  const [noticed, others] = [outcomes.filter(isNoticed), outcomes.filter((one) => !isNoticed(one))]
  const rows = [...noticed, ...others].map((outcome) => [nameOf(outcome), noticeOf(outcome)])
  const seconds = (milliseconds / 1_000).toFixed(1)
  return [
    ...(rows.length > 0 ? [renderTable([{ title: 'without' }, { title: 'noticed by' }], rows)] : []),
    ...inseparable.map(
      ({ path, change, why }) =>
        `  ${path}, ${change}: not tried, since the document is invalid then (${why})`,
    ),
    '',
    `${count(outcomes.length, 'protection')}, ${others.length} unnoticed, in ${seconds} s on Envoy ${envoy}`,
    ...(others.length > 0 ? ['Write a test that fails without it, or accept it by --except PATH.'] : []),
  ].join('\n')
}

function nameOf({ mutant: { path, change } }: MutantOutcome): string {
  return `${path}: ${change}`
}

function problemOf({ refused }: MutantOutcome): string {
  return refused === undefined
    ? 'no test fails without this protection: write one'
    : `the document without this protection cannot be served: ${refused}`
}

function noticeOf(outcome: MutantOutcome): string {
  const { noticedBy, refused } = outcome
  if (!isNoticed(outcome)) return refused === undefined ? 'NOBODY' : `NOT TRIED: ${refused}`
  const names = noticedBy.slice(0, MOST_SHOWN).map(cellName).join(', ')
  const more = noticedBy.length - MOST_SHOWN
  return more > 0 ? `${names} and ${more} more` : names
}

function cellName({ call, caller }: CellResult): string {
  return `${call} by ${caller}`
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
