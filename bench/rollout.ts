// `npm run bench:rollout`: one PATCH until a thousand nodes have ACKed it, beside the bare library, and what further fleets add.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SwitchyardError } from '../core/errors.ts'
import { buildGoTools } from './harness/go-tools.ts'
import { publish } from './harness/publish.ts'
import { type FleetsCell, measureFleets } from './rollout/measure-fleets.ts'
import { measureNodes, type NodesCell, type NodesResult } from './rollout/measure-nodes.ts'
import { renderRolloutReport } from './rollout/report.ts'

const FULL = { nodes: 1_000, upstreams: 100, rounds: 21, warmUps: 4 }
const QUICK = { nodes: 100, upstreams: 100, rounds: 5, warmUps: 2 }
const FULL_FLEETS: FleetsCell = { upstreams: 10_000, fleets: [1, 2, 5], rounds: 11, warmUps: 4 }
const QUICK_FLEETS: FleetsCell = { upstreams: 1_000, fleets: [1, 2, 5], rounds: 5, warmUps: 2 }

const folder = await mkdtemp(join(tmpdir(), 'switchyard-rollout-'))
try {
  const { values } = parseArgs({
    options: { full: { type: 'boolean', default: false }, out: { type: 'string' } },
  })
  const tools = buildGoTools()
  const nodes: NodesResult[] = []
  for (const mode of ['delta', 'sotw'] as const) {
    const cell: NodesCell = { mode, ...(values.full ? FULL : QUICK) }
    nodes.push(await measureNodes(tools, folder, cell))
  }
  const fleets = await measureFleets(folder, values.full ? FULL_FLEETS : QUICK_FLEETS)
  await publish('Rollout', 'npm run bench:rollout', renderRolloutReport({ nodes, fleets }), values)
} catch (error) {
  process.stderr.write(`${SwitchyardError.from(error).message}\n`)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
