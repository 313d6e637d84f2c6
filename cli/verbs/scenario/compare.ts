// `yard scenario compare`: a page with two results side by side.

import { SwitchyardError } from '../../../core/errors.ts'
import { writeComparison } from '../../../experiments/harness/report/write-comparison.ts'
import { readResults } from '../../../experiments/harness/results-file.ts'

/** @throws SwitchyardError `not-found` or `invalid-argument` without results, or with those of two scenarios */
export async function compare(one: string, other: string, out: string): Promise<void> {
  const [a, b] = [await readResults(one), await readResults(other)]
  if (a.scenario !== b.scenario) {
    throw new SwitchyardError(
      'invalid-argument',
      `${one} has results of ${a.scenario}, and ${other} of ${b.scenario}: compare two results of one scenario`,
    )
  }
  const files = await writeComparison(out, a, b)
  process.stdout.write(`${files.join('\n')}\n`)
}
