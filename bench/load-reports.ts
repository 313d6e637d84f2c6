// `npm run bench:load`: what a thousand nodes that report their load every ten seconds cost the control plane.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SwitchyardError } from '../core/errors.ts'
import { publish } from './harness/publish.ts'
import { type LoadCell, type LoadResult, measureLoad } from './load-reports/measure-load.ts'
import { renderLoadReport } from './load-reports/report.ts'

const INTERVAL_MS = 10_000
const FULL: readonly LoadCell[] = [
  { nodes: 1_000, upstreams: 1, endpoints: 3, intervalMs: INTERVAL_MS, intervals: 6 },
  { nodes: 1_000, upstreams: 10, endpoints: 10, intervalMs: INTERVAL_MS, intervals: 6 },
  { nodes: 1_000, upstreams: 100, endpoints: 3, intervalMs: INTERVAL_MS, intervals: 6 },
]
const QUICK: readonly LoadCell[] = [
  { nodes: 1_000, upstreams: 10, endpoints: 10, intervalMs: INTERVAL_MS, intervals: 1 },
]

const folder = await mkdtemp(join(tmpdir(), 'switchyard-load-'))
try {
  const { values } = parseArgs({
    options: { full: { type: 'boolean', default: false }, out: { type: 'string' } },
  })
  const results: LoadResult[] = []
  for (const cell of values.full ? FULL : QUICK) results.push(await measureLoad(folder, cell))
  await publish('Load reports', 'npm run bench:load', renderLoadReport(results), values)
} catch (error) {
  process.stderr.write(`${SwitchyardError.from(error).message}\n`)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
