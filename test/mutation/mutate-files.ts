// Runs Stryker on some files at once: a copy of the tree, and one run of the tests without mutants, is for all of them.

import { readFileSync, rmSync } from 'node:fs'
import { relative } from 'node:path'
import type { MutantResult, PartialStrykerOptions, Position } from '@stryker-mutator/api/core'
import { Stryker } from '@stryker-mutator/core'
import type { MutantOutcome } from './file-report.ts'
import type { InProcessOptions } from './in-process-runner.ts'
import { listenToFiles } from './outcome-reporter.ts'

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

/**
 * In seconds, beside three times the time of the tests. The runner ends most endless loops and waits sooner. A mutant that is only slow,
 * on a machine with other load, must not count as found. Without other load, a few seconds are enough.
 */
export const DEFAULT_TIMEOUT = 120

/** A runner keeps all modules that it has loaded, for each mutant anew, and what they hold: one grew to 3 GiB. So it is replaced in time. */
const MUTANTS_OF_A_RUNNER = 50

/** The run of all tests without mutants, on a machine with other load. */
const DRY_RUN_MINUTES = 30

/** Of this process alone, so that it can be removed when the process ends, however many others run. */
const TEMPORARY = `.stryker-tmp/${process.pid}`
// Stryker removes its folder itself, except when it is interrupted.
process.on('exit', () => rmSync(TEMPORARY, { recursive: true, force: true }))

/**
 * @param testFilesOf the tests of each file to mutate
 * @param report is called for each file as soon as all its mutants have run
 * @throws Error if the tests fail without a mutant, or mutants of a file are lost
 */
export async function mutateFiles(
  testFilesOf: Readonly<Record<string, readonly string[]>>,
  { jobs, timeout }: { readonly jobs: number; readonly timeout: number },
  report: (file: string, mutants: readonly MutantOutcome[]) => void,
): Promise<void> {
  const files = Object.keys(testFilesOf)
  const options: PartialStrykerOptions & InProcessOptions = {
    mutate: files,
    plugins: ['./test/mutation/in-process-runner.ts', './test/mutation/outcome-reporter.ts'],
    testRunner: 'in-process',
    inProcess: { testFilesOf },
    coverageAnalysis: 'perTest',
    concurrency: jobs,
    timeoutMS: timeout * 1_000,
    timeoutFactor: 3,
    dryRunTimeoutMinutes: DRY_RUN_MINUTES,
    maxTestRunnerReuse: MUTANTS_OF_A_RUNNER,
    ignorePatterns: NOT_COPIED,
    tempDirName: TEMPORARY,
    reporters: ['outcomes'],
    logLevel: 'error' as NonNullable<PartialStrykerOptions['logLevel']>,
    allowEmpty: true,
    thresholds: { high: 100, low: 0, break: null },
  }
  const linesOf = new Map(files.map((file) => [file, readFileSync(file, 'utf8').split('\n')]))
  const reported = new Set<string>()
  const root = process.cwd()
  listenToFiles((path, results) => {
    const file = relative(root, path)
    reported.add(file)
    report(
      file,
      results.map((result) => outcomeOf(result, linesOf.get(file) ?? [])),
    )
  })
  const results = await new Stryker(options).runMutationTest()
  const paths = results.map(({ fileName }) => relative(root, fileName))
  for (const file of withoutMutants(files, reported, paths)) report(file, [])
}

/**
 * @param reported files whose mutants were handed over
 * @param paths files of all mutants that Stryker knows in the end
 * @throws Error if mutants of a file were not handed over: it would be kept as a file without mutants
 */
export function withoutMutants(
  files: readonly string[],
  reported: ReadonlySet<string>,
  paths: readonly string[],
): readonly string[] {
  const known = new Set(paths)
  const others = files.filter((file) => !reported.has(file))
  const lost = others.filter((file) => known.has(file))
  if (lost.length > 0) throw new Error(`Stryker has not reported each mutant of ${lost.join(', ')}`)
  return others
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
