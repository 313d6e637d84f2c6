// `npm run bench:proxyless`: the same calls through Envoy at L7 and at L4, by DNS in the client, and by xDS without a proxy.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SwitchyardError } from '../core/errors.ts'
import { ProcessGroup } from '../processes/process-group.ts'
import { publish } from './harness/publish.ts'
import { measureWays, type Plan } from './proxyless/measure.ts'
import { renderProxylessReport } from './proxyless/report.ts'
import { startWays } from './proxyless/ways.ts'

const QUICK: Plan = { languages: ['node', 'go'], rounds: 3, calls: 500, rate: 400 }
const FULL: Plan = { languages: ['node', 'python', 'go'], rounds: 11, calls: 1_000, rate: 400 }

const group = new ProcessGroup()
group.stopOnSignals()
const folder = await mkdtemp(join(tmpdir(), 'switchyard-proxyless-'))
try {
  const { values } = parseArgs({
    options: { full: { type: 'boolean', default: false }, out: { type: 'string' } },
  })
  const plan = values.full ? FULL : QUICK
  const setup = await startWays(group, folder)
  const measured = await measureWays(group, folder, setup, plan, (round) => {
    process.stderr.write(`round ${round + 1} of ${plan.rounds}\n`)
  })
  await setup.close()
  await publish('Proxyless', 'npm run bench:proxyless', renderProxylessReport(measured, plan), values)
} catch (error) {
  process.stderr.write(`${SwitchyardError.from(error).message}\n`)
  process.exitCode = 1
} finally {
  await group.stop()
  await rm(folder, { recursive: true, force: true })
}
