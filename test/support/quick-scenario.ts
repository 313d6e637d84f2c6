// Runs the quick profile of a scenario as a person does, and reads its results.

import { join } from 'node:path'
import type { Test } from 'tap'
import type { Results } from '../../harness/results.ts'
import { readResults } from '../../harness/results-file.ts'
import { testFolder } from './test-folder.ts'
import { runYard } from './yard-with-envoy.ts'

/**
 * The test fails with the output if a check or a run fails, or if report and comparison cannot be written.
 * @param only the runs to make. Default: all
 */
export async function runQuickly(t: Test, name: string, only: readonly string[] = []): Promise<Results> {
  const folder = testFolder(t)
  const out = join(folder, 'out')
  const { code, output } = await runYard(
    t,
    folder,
    'scenario',
    'run',
    name,
    '--profile',
    'quick',
    '--out',
    out,
    ...(only.length === 0 ? [] : ['--only', ...only]),
  )
  t.equal(code, 0, `yard scenario run ${name}`, { output })
  const results = await readResults(out)
  t.type(results.ended, 'string', 'all runs have ended')
  const failed = results.checks.filter(({ outcome }) => outcome === 'fails')
  t.strictSame(failed, [], 'no check fails')
  t.ok(
    results.checks.some(({ outcome }) => outcome === 'holds'),
    'something was checked',
  )
  for (const args of [
    ['report', out],
    ['compare', out, out, '--out', join(folder, 'comparison')],
  ]) {
    const ended = await runYard(t, folder, 'scenario', ...args)
    t.match(ended, { code: 0, output: folder }, `yard scenario ${args[0]}`)
  }
  return results
}
