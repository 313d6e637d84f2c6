// Runs the scenario, prints each step, and exits with 0 if everything is as expected.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SwitchyardError } from '../../../core/errors.ts'
import { interruption } from '../../../processes/interruption.ts'
import { ProcessGroup } from '../../../processes/process-group.ts'
import { renderStep, renderVerdict } from './report.ts'
import { findProblems, runScenario } from './scenario.ts'

const print = (text: string) => process.stdout.write(`${text}\n`)

async function run(): Promise<number> {
  const { envoys, calls } = parseArgs({
    options: { envoys: { type: 'string', default: '3' }, calls: { type: 'string', default: '300' } },
  }).values
  const group = new ProcessGroup()
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-'))
  const runAll = async () => {
    const reports = await runScenario(group, folder, {
      envoys: Number(envoys),
      callsAround: Number(calls),
      onStep: (report) => print(renderStep(report)),
    })
    const problems = findProblems(reports)
    print(renderVerdict(reports, problems))
    return problems.length === 0 ? 0 : 1
  }
  try {
    return await Promise.race([runAll(), interruption()])
  } finally {
    await group.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const code = await run().catch((thrown: unknown) => {
  process.stderr.write(`${SwitchyardError.from(thrown).message}\n`)
  return 1
})
process.exit(code)
