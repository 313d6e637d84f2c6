// Runs Stryker on one file.

import { readFileSync, rmSync } from 'node:fs'
import type { MutantResult, PartialStrykerOptions, Position } from '@stryker-mutator/api/core'
import { Stryker } from '@stryker-mutator/core'
import type { MutantOutcome } from './file-report.ts'
import type { InProcessOptions } from './in-process-runner.ts'

/** What no test of the library loads. `tsconfig.json` too: Stryker would rewrite it by an API that TypeScript 7 does not have. */
const NOT_COPIED = [
  '.stryker-tmp',
  '.tools',
  '.tap',
  '.state',
  'docs',
  'reports',
  'dist',
  'proto/gen',
  'tsconfig.json',
].map((path) => `/${path}`)

/** Beside three times the time of the tests, in milliseconds. A machine with other load is slow at times. */
const TIMEOUT_MS = 5_000

/** A runner keeps all modules that it has loaded, for each mutant anew, and what they hold: one grew to 3 GiB. So it is replaced in time. */
const MUTANTS_OF_A_RUNNER = 25

/** Of this process alone, so that it can be removed when the process ends, however many others run. */
const TEMPORARY = `.stryker-tmp/${process.pid}`
// Stryker removes its folder itself, except when it is interrupted.
process.on('exit', () => rmSync(TEMPORARY, { recursive: true, force: true }))

/** @throws Error if the tests fail without a mutant */
export async function mutateFile(
  file: string,
  testFiles: readonly string[],
  jobs: number,
): Promise<readonly MutantOutcome[]> {
  const options: PartialStrykerOptions & InProcessOptions = {
    mutate: [file],
    plugins: ['./test/mutation/in-process-runner.ts'],
    testRunner: 'in-process',
    inProcess: { testFiles },
    coverageAnalysis: 'perTest',
    concurrency: jobs,
    timeoutMS: TIMEOUT_MS,
    timeoutFactor: 3,
    maxTestRunnerReuse: MUTANTS_OF_A_RUNNER,
    ignorePatterns: NOT_COPIED,
    tempDirName: TEMPORARY,
    reporters: [],
    logLevel: 'error' as NonNullable<PartialStrykerOptions['logLevel']>,
    allowEmpty: true,
    thresholds: { high: 100, low: 0, break: null },
  }
  const lines = readFileSync(file, 'utf8').split('\n')
  return (await new Stryker(options).runMutationTest()).map((result) => outcomeOf(result, lines))
}

function outcomeOf(
  { status, location, mutatorName, replacement }: MutantResult,
  lines: readonly string[],
): MutantOutcome {
  const { start, end } = location
  return {
    status,
    line: start.line,
    column: start.column,
    mutator: mutatorName,
    original: textBetween(lines, start, end),
    replacement,
  }
}

/** Positions count from 1. */
function textBetween(lines: readonly string[], start: Position, end: Position): string {
  const inRange = lines.slice(start.line - 1, end.line)
  const last = inRange.length - 1
  return inRange
    .map((line, at) => line.slice(at === 0 ? start.column - 1 : 0, at === last ? end.column - 1 : undefined))
    .join('\n')
}
