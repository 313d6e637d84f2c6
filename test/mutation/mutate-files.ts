// Runs Stryker on a few files together: copying the tree and running all tests without a mutant takes longer than most files do.

import { readFileSync, rmSync } from 'node:fs'
import { relative } from 'node:path'
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

/**
 * @param testFiles of each file, those nearest to it first
 * @returns the outcomes of each file
 * @throws Error if the tests fail without a mutant
 */
export async function mutateFiles(
  testFiles: ReadonlyMap<string, readonly string[]>,
  jobs: number,
): Promise<ReadonlyMap<string, readonly MutantOutcome[]>> {
  const options: PartialStrykerOptions & InProcessOptions = {
    mutate: [...testFiles.keys()],
    plugins: ['./test/mutation/in-process-runner.ts'],
    testRunner: 'in-process',
    inProcess: { testFiles: Object.fromEntries(testFiles) },
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
  const results = await new Stryker(options).runMutationTest()
  return new Map(
    [...testFiles.keys()].map((file) => {
      const lines = readFileSync(file, 'utf8').split('\n')
      const own = results.filter(({ fileName }) => relative(process.cwd(), fileName) === file)
      return [file, own.map((result) => outcomeOf(result, lines))]
    }),
  )
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
