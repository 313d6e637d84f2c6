// `npm run bench:proxyless`: the same calls through Envoy at L7 and at L4, by DNS in the client, and by xDS without a proxy; and
// the control plane's library with a thousand gRPC clients.

import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SwitchyardError } from '../core/errors.ts'
import { ProcessGroup } from '../processes/process-group.ts'
import { buildGoTools } from './harness/go-tools.ts'
import { pageOf } from './harness/publish.ts'
import { type Plan as CallPlan, measureWays } from './proxyless/measure.ts'
import { measureSwarms, type SwarmPlan } from './proxyless/measure-swarm.ts'
import { updatePage } from './proxyless/page.ts'
import { renderProxylessReport } from './proxyless/report.ts'
import { renderSwarmReport } from './proxyless/swarm-report.ts'
import { startWays } from './proxyless/ways.ts'

const CALLS: Readonly<Record<'quick' | 'full', CallPlan>> = {
  quick: { languages: ['node', 'go'], rounds: 3, calls: 500, rate: 400 },
  full: { languages: ['node', 'python', 'go'], rounds: 11, calls: 1_000, rate: 400 },
}

const ONE_OF_MANY = { served: 100, asked: 1 }
const SWARMS: Readonly<Record<'quick' | 'full', SwarmPlan>> = {
  quick: { clients: 200, cells: [ONE_OF_MANY], starts: 1, rounds: 5, warmUps: 1 },
  full: {
    clients: 1_000,
    cells: [{ served: 1, asked: 1 }, ONE_OF_MANY, { served: 1_000, asked: 10 }],
    starts: 3,
    rounds: 7,
    warmUps: 1,
  },
}

const COMMAND = 'npm run bench:proxyless'
const PARTS = ['clients', 'swarm']

const folder = await mkdtemp(join(tmpdir(), 'switchyard-proxyless-'))
try {
  const { values } = parseArgs({
    options: {
      full: { type: 'boolean', default: false },
      out: { type: 'string' },
      only: { type: 'string' },
    },
  })
  const { only, out } = values
  if (only !== undefined && !PARTS.includes(only)) {
    throw new SwitchyardError('invalid-argument', `--only takes ${PARTS.join(' or ')}, not ${only}`)
  }
  const size = values.full ? 'full' : 'quick'
  const ways =
    only === 'swarm' ? {} : { ways: await inGroup((group) => measureCalls(group, CALLS[size], values.full)) }
  const swarm =
    only === 'clients'
      ? {}
      : { swarm: await inGroup((group) => measureSwarm(group, SWARMS[size], values.full)) }
  const parts = { ...ways, ...swarm }
  if (out !== undefined) {
    await writeFile(out, updatePage(existsSync(out) ? await readFile(out, 'utf8') : '', parts))
  }
  process.stdout.write(updatePage('', parts))
} catch (error) {
  process.stderr.write(`${SwitchyardError.from(error).message}\n`)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** Each part has processes of its own: those of one would share the cores with the other. */
async function inGroup<T>(measure: (group: ProcessGroup) => Promise<T>): Promise<T> {
  const group = new ProcessGroup()
  const removeHandlers = group.stopOnSignals()
  try {
    return await measure(group)
  } finally {
    await group.stop()
    removeHandlers()
  }
}

async function measureCalls(group: ProcessGroup, plan: CallPlan, full: boolean): Promise<string> {
  const setup = await startWays(group, folder)
  const measured = await measureWays(group, folder, setup, plan, (round) => {
    process.stderr.write(`round ${round + 1} of ${plan.rounds}\n`)
  })
  await setup.close()
  return pageOf('Proxyless', full ? `${COMMAND} -- --full` : COMMAND, renderProxylessReport(measured, plan))
}

async function measureSwarm(group: ProcessGroup, plan: SwarmPlan, full: boolean): Promise<string> {
  const results = await measureSwarms(group, buildGoTools(), plan, (title) => {
    process.stderr.write(`${title}\n`)
  })
  const command = `${COMMAND} -- --only swarm${full ? ' --full' : ''}`
  return renderSwarmReport(results, plan, command)
}
