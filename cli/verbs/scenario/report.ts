// `yard scenario report`: checks, summary and report of results again, such as after a change of the scenario's sections.

import { readResults } from '../../../harness/results-file.ts'
import { finish } from '../../../harness/run-scenario.ts'
import type { Scenario } from '../../../harness/scenario.ts'
import { exitCodeOfResults, renderOutcome } from './render-outcome.ts'

/** Resolves with the exit code. @throws SwitchyardError `not-found` or `invalid-argument` without results in the folder */
export async function reportAgain(
  folder: string,
  load: (name: string) => Promise<Scenario>,
): Promise<number> {
  const measured = await readResults(folder)
  const { plan } = await load(measured.scenario)
  const results = await finish(folder, plan(measured.profile), measured)
  process.stdout.write(`${renderOutcome(results, folder)}\n`)
  return exitCodeOfResults(results)
}
