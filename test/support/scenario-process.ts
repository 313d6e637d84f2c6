// A made-up scenario as a program, with the flags of `yard scenario run`: its run `b` waits for an interruption, unless WAIT says otherwise.

import { parseArgs } from 'node:util'
import { runInTerminal } from '../../cli/verbs/scenario/run.ts'
import { SwitchyardError } from '../../core/errors.ts'
import type { Measured, Results } from '../../harness/results.ts'
import type { RunContext, Scenario } from '../../harness/scenario.ts'

const { WAIT = '1', CHECK = 'holds' } = process.env

const measured: Measured = {
  ...{ seconds: 1, calls: 1, codes: { OK: 1 }, histograms: {}, processes: [], figures: {} },
}

/** Prints the id of a process that must end with the scenario. */
async function wait({ group, shared }: RunContext): Promise<Measured> {
  if (WAIT === '0') return measured
  if (WAIT === 'fail') throw new SwitchyardError('address-in-use', 'the port is in use')
  const sleep = { name: 'sleep', command: 'sleep', args: ['1000'], ready: () => undefined }
  const { pid } = await shared('sleep', async (context) => context.group.start(sleep))
  process.stderr.write(`waiting with ${pid} and ${group.start(sleep).pid}\n`)
  return await new Promise(() => {})
}

const scenario: Scenario = {
  name: 'made-up',
  title: 'Made up',
  question: 'Does it end?',
  plan: () => ({
    runs: [
      { id: 'a', labels: {}, measure: async () => measured },
      { id: 'b', labels: {}, measure: wait },
      {
        ...{ id: 'c', labels: {}, measure: async () => measured },
        needs: [
          { name: 'nginx', install: 'apt-get install nginx', isThere: () => process.env.NGINX !== '0' },
        ],
      },
    ],
    checks: ({ runs }: Results) => [
      {
        row: 'O4.1',
        title: 'All runs are measured',
        outcome: runs.length === 3 ? (CHECK as 'holds' | 'fails') : 'not measured',
        detail: `${runs.length} of 3 runs`,
      },
    ],
    sections: () => [],
  }),
}

const { out, resume } = parseArgs({
  options: { out: { type: 'string', default: '.' }, resume: { type: 'boolean', default: false } },
}).values
process.exit(await runInTerminal(scenario, { profile: 'quick', out, resume }))
