// `npm run bench:callers`: what each protection against the requests of callers adds to a call.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { validateConfig } from '../control-plane/document/validate.ts'
import { translateFleet } from '../control-plane/translate/translate.ts'
import { SwitchyardError } from '../core/errors.ts'
import { freePort } from '../processes/free-port.ts'
import { ProcessGroup } from '../processes/process-group.ts'
import { startBackend } from '../services/backend-server.ts'
import { TokenIssuer } from '../services/issuer/token-issuer.ts'
import { quantile } from '../testbed/measure/statistics.ts'
import { cpuMsOf } from '../testbed/measure/usage.ts'
import { SnapshotCache, startXdsServer } from '../xds-server/index.ts'
import { echoCallAt, startFleetEnvoy } from './authz/fleet-envoy.ts'
import { buildGoPrograms, type Load, runLoad } from './authz/programs.ts'
import { AUDIENCE, CELLS, type Cell, documentOf, ISSUER, takeOut } from './callers/cells.ts'
import { renderCallersReport, type Sample } from './callers/report.ts'
import { publish } from './harness/publish.ts'

const HOUR_SECONDS = 3_600
const EXTENTS = { full: { rounds: 15, seconds: 4 }, quick: { rounds: 3, seconds: 1 } } as const
const RATE = 1_000

interface Target {
  readonly cell: Cell
  readonly load: Load
  readonly pid: number
}

const folder = await mkdtemp(join(tmpdir(), 'switchyard-bench-'))
const group = new ProcessGroup()
try {
  const { values } = parseArgs({
    options: { full: { type: 'boolean', default: false }, out: { type: 'string' } },
  })
  buildGoPrograms()
  const { rounds, seconds } = values.full ? EXTENTS.full : EXTENTS.quick
  const targets = await startTargets(seconds)
  for (const { load } of targets) await runLoad(load)
  const samples: Sample[] = []
  for (let round = 0; round < rounds; round += 1) {
    for (const target of targets) samples.push(await sampleOf(target))
  }
  await publish('What callers send', 'npm run bench:callers', renderCallersReport(samples, RATE), values)
} catch (error) {
  process.stderr.write(`${SwitchyardError.from(error).message}\n`)
  process.exitCode = 1
} finally {
  await group.stop()
  await rm(folder, { recursive: true, force: true })
}
process.exit()

async function sampleOf({ cell, load, pid }: Target): Promise<Sample> {
  const before = cpuMsOf(pid)
  const { calls, failures, latencies } = await runLoad(load)
  if (failures > 0) {
    throw new SwitchyardError('process-failed', `${failures} of ${calls} calls failed with ${cell.title}`)
  }
  const [p50, p99] = [0.5, 0.99].map((share) => quantile(latencies, share)) as [number, number]
  return { title: cell.title, p50, p99, cpu: ((cpuMsOf(pid) - before) * 1_000) / calls }
}

async function startTargets(seconds: number): Promise<readonly Target[]> {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const server = await startXdsServer({ cache, address: `unix:${join(folder, 'xds.sock')}` })
  const backend = await startBackend({ id: 'echo', listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 })
  const issuer = await TokenIssuer.create(ISSUER, 'ES256')
  const token = await issuer.sign({ subject: 'alice', audience: AUDIENCE, lifetime: HOUR_SECONDS })
  const targets: Target[] = []
  for (const cell of CELLS) {
    const port = await freePort()
    const config = validateConfig(documentOf(cell, { echo: backend.address, keySet: issuer.keySet, port }))
    const resources = translateFleet(config, cell.fleet)
    takeOut(resources, cell)
    cache.setSnapshot(cell.fleet, resources)
    const envoy = await startFleetEnvoy({ fleet: cell.fleet, xds: server.address, folder, group })
    const load = {
      ...echoCallAt(port),
      rate: RATE,
      seconds,
      ...(cell.jwt && { token }),
    }
    targets.push({ cell, load, pid: envoy.pid })
  }
  return targets
}
