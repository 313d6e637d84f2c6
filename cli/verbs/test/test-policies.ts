// Runs test files of policies and prints their results; a failed cell is a failure of the program.

import { relative, resolve } from 'node:path'
import { SwitchyardError } from '../../../core/errors.ts'
import { annotateProblems } from '../../../policy-tests/formats/github.ts'
import type { PolicyBed } from '../../../policy-tests/result.ts'
import { openPolicyBed } from '../../../policy-tests/run/policy-bed.ts'
import { readFiles, runTests, type TestFile } from '../../../policy-tests/run/run-files.ts'
import { runOnChanges } from '../../../policy-tests/watch/watch-loop.ts'
import { interruption } from '../../../processes/interruption.ts'
import { exitCodeOf } from '../../exit-code.ts'
import { report } from '../../output/print.ts'
import { printMutations, printRun, reportRoot } from './print-results.ts'
import type { TestFlags } from './test-flags.ts'

const FAILED = 1
/** Between two looks at the files. */
const WATCH_INTERVAL_MS = 200

export async function testPolicies(files: readonly string[], flags: TestFlags): Promise<void> {
  const bed = openPolicyBed()
  try {
    if (flags.watch) await watchPolicies(bed, files, flags)
    else process.exitCode = await testOnce(bed, await readTests(files, flags), flags)
  } finally {
    await bed.close()
  }
}

/** Reads the files; with the format of GitHub, what is wrong with them is annotated too. */
async function readTests(
  files: readonly string[],
  { config, format }: TestFlags,
  dependOn?: (path: string) => void,
): Promise<readonly TestFile[]> {
  try {
    return await readFiles(files, config, dependOn)
  } catch (error) {
    if (format === 'github') {
      const { problems } = SwitchyardError.from(error)
      process.stdout.write(annotateProblems(problems, (file) => relative(reportRoot(format), resolve(file))))
    }
    throw error
  }
}

async function testOnce(bed: PolicyBed, tests: readonly TestFile[], flags: TestFlags): Promise<number> {
  const result = await runTests(bed, tests)
  const isPassed = result.cells.every(({ passed }) => passed)
  if (!flags.mutations || !isPassed) {
    printRun(result, flags.format)
    if (flags.mutations) report('No protection was removed: --mutations needs tests that all pass.')
    return isPassed ? 0 : FAILED
  }
  return (await printMutations(bed, tests, result, flags)) ? 0 : FAILED
}

/** The Envoys stay from one run to the next. */
async function watchPolicies(bed: PolicyBed, files: readonly string[], flags: TestFlags): Promise<void> {
  const end = new AbortController()
  const interrupted = interruption().then((code) => {
    end.abort()
    return code
  })
  const run = async (dependOn: (path: string) => void) => {
    try {
      await testOnce(bed, await readTests(files, flags, dependOn), flags)
    } catch (error) {
      const { message, code } = SwitchyardError.from(error)
      // A person is about to correct it. Without Envoy there is nothing to wait for.
      if (exitCodeOf(code) === FAILED) throw error
      report(message)
    }
  }
  await runOnChanges(run, {
    signal: end.signal,
    intervalMs: WATCH_INTERVAL_MS,
    onWait: (count) => report(`Watching ${count} files; Ctrl-C ends.`),
    onChange: (paths) => report(`\n${paths.map((path) => relative('.', path) || '.').join(', ')} changed.`),
  })
  process.exitCode = await interrupted
}
