// `yard scenario compare`: a page with two results side by side.

import { SwitchyardError } from '../../../core/errors.ts'
import { writeComparison } from '../../../harness/report/write-comparison.ts'
import { readResults } from '../../../harness/results-file.ts'

/**
 * Results of two scenarios have runs in common where both measure the same in two places, such as on one machine and in a cluster.
 * @throws SwitchyardError `not-found` or `invalid-argument` without results, or without a run in common
 */
export async function compare(one: string, other: string, out: string): Promise<void> {
  const [a, b] = [await readResults(one), await readResults(other)]
  const isCommon = a.plan.runs.some((id) => b.plan.runs.includes(id))
  if (!isCommon) {
    throw new SwitchyardError(
      'invalid-argument',
      `${one} has results of ${a.scenario}, and ${other} of ${b.scenario}, without a run in common: compare two results of one scenario`,
    )
  }
  const files = await writeComparison(out, a, b)
  process.stdout.write(`${files.join('\n')}\n`)
}
