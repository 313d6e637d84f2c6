// What the mutants of a file came to, kept below reports/mutation/ until the file or what its tests load changes.

import type { MutantStatus } from '@stryker-mutator/api/core'
import { importClosure, isTest, type Sources } from '../house/import-closure.ts'
import { hashOfCode, type KeptReport } from '../support/kept-reports.ts'

export interface MutantOutcome {
  readonly status: MutantStatus
  readonly line: number
  readonly column: number
  readonly mutator: string
  /** The code before and after the mutation. */
  readonly original: string
  readonly replacement: string
}

export interface FileReport extends KeptReport {
  readonly mutants: readonly MutantOutcome[]
}

const TOOL = 'test/mutation/'

/** Of all code that decides the outcome: the tests and everything they load, this tool, and packages by their lock file. */
export function fingerprintOf(sources: Sources, tests: readonly string[], lockFile: string): string {
  const tool = [...sources.keys()].filter((path) => path.startsWith(TOOL) && !isTest(path))
  const paths = new Set([...tool, ...tests.flatMap((test) => [...importClosure(sources, test)])])
  return hashOfCode(sources, paths, lockFile)
}
