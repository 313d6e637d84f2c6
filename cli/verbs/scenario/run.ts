// `yard scenario run`: runs a scenario with progress on standard error, and its outcome on standard output.

import { shellQuoted } from '../../../core/shell-quote.ts'
import { PROFILE, type ProfileName } from '../../../harness/profile.ts'
import { runScenario } from '../../../harness/run-scenario.ts'
import type { Scenario } from '../../../harness/scenario.ts'
import { interruption } from '../../../processes/interruption.ts'
import { report } from '../../output/print.ts'
import { ProgressLines } from './progress.ts'
import { exitCodeOfResults, renderOutcome } from './render-outcome.ts'

export interface RunFlags {
  readonly profile: ProfileName
  readonly only?: readonly string[]
  readonly out?: string
  readonly resume: boolean
}

/**
 * Resolves with the exit code, when everything that it started has ended: 1 if a check fails or a run failed, 128 plus the signal's
 * number after Ctrl-C or SIGTERM.
 * @throws SwitchyardError `not-found` or `invalid-argument` for flags that do not fit the scenario or the results in the folder
 */
export async function runInTerminal(scenario: Scenario, flags: RunFlags): Promise<number> {
  const { profile, only, resume, out = `reports/scenarios/${scenario.name}-${profile}` } = flags
  const lines = new ProgressLines()
  const interrupted = new AbortController()
  let code = 0
  void interruption().then((received) => {
    code = received
    lines.stop()
    report('Ending what runs; a second Ctrl-C ends at once.')
    interrupted.abort()
  })
  const command = commandOf(scenario.name, flags)
  try {
    const results = await runScenario(scenario, {
      profile: PROFILE[profile],
      folder: out,
      ...(only && { only }),
      resume,
      command,
      signal: interrupted.signal,
      onProgress: (progress) => lines.show(progress),
    })
    process.stdout.write(`${renderOutcome(results, out)}\n`)
    if (results.ended !== undefined) return exitCodeOfResults(results)
    const folder = flags.out === undefined ? '' : ` --out ${quoted(flags.out)}`
    report(`The results are unfinished. Measure the rest: ${command}${folder} --resume`)
    return code
  } finally {
    lines.stop()
  }
}

/** What reproduces the results, in a shell. */
function commandOf(name: string, { profile, only = [] }: RunFlags): string {
  const chosen = only.length === 0 ? [] : ['--only', ...only]
  return `npx yard scenario run ${[name, '--profile', profile, ...chosen].map(quoted).join(' ')}`
}

function quoted(word: string): string {
  return /^[\w./=:-]+$/.test(word) ? word : shellQuoted(word)
}
