// What every output shows: a list of tests, whether they are cells of a run or protections that were taken away.

import type { CellResult, RunResult } from '../result.ts'

/** One line of an output. */
export interface ReportedTest {
  /** Where a person changes something if it failed: the expectation of a cell, or the protection in the document. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** Such as `read by alice: OK`. */
  readonly name: string
  readonly passed: boolean
  /** Each as a sentence; empty if it passed. */
  readonly problems: readonly string[]
  /** Further facts, as plain data. */
  readonly details: Readonly<Record<string, unknown>>
  readonly milliseconds: number
}

export interface Report {
  readonly tests: readonly ReportedTest[]
  /** Of all tests together. */
  readonly milliseconds: number
  /** The version of the Envoys. */
  readonly envoy: string
}

/** The cells of a run. */
export function reportOfRun({ cells, milliseconds, envoy }: RunResult): Report {
  return { tests: cells.map(reportOfCell), milliseconds, envoy }
}

function reportOfCell(cell: CellResult): ReportedTest {
  const { file, line, call, caller, passed, problems, expected, observed, milliseconds } = cell
  const status = [expected.status].flat().join(' or ')
  const details = passed ? {} : { expected, observed }
  return { file, line, name: `${call} by ${caller}: ${status}`, passed, problems, details, milliseconds }
}

/** `3 passed, 1 failed`, as many readers of logs look for it. */
export function describeTally({ tests }: Pick<Report, 'tests'>): string {
  const failed = tests.filter(({ passed }) => !passed).length
  return `${tests.length - failed} passed, ${failed} failed`
}
