// `npm run bench:propagation`: the time from a REST call to its effect on Envoys and calls, and our own share of it.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SwitchyardError } from '../core/errors.ts'
import { ProcessGroup } from '../processes/process-group.ts'
import { buildGoTools } from './harness/go-tools.ts'
import { publish } from './harness/publish.ts'
import { startServers } from './propagation/flip-servers.ts'
import { measureFlips } from './propagation/measure-flips.ts'
import { measureGrowth } from './propagation/measure-growth.ts'
import { measureStore } from './propagation/measure-store.ts'
import { renderPropagationReport } from './propagation/report.ts'

const group = new ProcessGroup()
group.stopOnSignals()
const folder = await mkdtemp(join(tmpdir(), 'switchyard-propagation-'))
try {
  const { values } = parseArgs({
    options: { full: { type: 'boolean', default: false }, out: { type: 'string' } },
  })
  const setup = await startServers(group, buildGoTools(), folder)
  const flips = await measureFlips(setup, values.full ? 200 : 10)
  await group.stop()
  const store = await measureStore(folder)
  const growth = await measureGrowth(folder, values.full ? [100, 1_000, 10_000] : [100, 1_000])
  const report = renderPropagationReport({ flips, store, growth })
  await publish('Propagation', 'npm run bench:propagation', report, values)
} catch (error) {
  process.stderr.write(`${SwitchyardError.from(error).message}\n`)
  process.exitCode = 1
} finally {
  await group.stop()
  await rm(folder, { recursive: true, force: true })
}
