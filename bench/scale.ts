// `npm run bench:scale`: very many streams on several processes that share a port.

import { parseArgs } from 'node:util'
import { SwitchyardError } from '../core/errors.ts'
import { buildSwarm } from './harness/go-tools.ts'
import { publish } from './harness/publish.ts'
import { measureScale, type ScaleCell, type ScaleResult } from './scale/measure-scale.ts'
import { renderScaleReport } from './scale/report.ts'

const SIZE = 100
const FULL: readonly ScaleCell[] = [
  { mode: 'delta', size: SIZE, processes: 1, streams: 1_000, swarms: 1, rounds: 9 },
  { mode: 'delta', size: SIZE, processes: 1, streams: 10_000, swarms: 1, rounds: 5 },
  { mode: 'delta', size: SIZE, processes: 2, streams: 10_000, swarms: 1, rounds: 5 },
  { mode: 'sotw', size: SIZE, processes: 2, streams: 10_000, swarms: 1, rounds: 5 },
  { mode: 'delta', size: SIZE, processes: 4, streams: 50_000, swarms: 4, rounds: 5 },
]
const QUICK: readonly ScaleCell[] = [
  { mode: 'delta', size: SIZE, processes: 1, streams: 500, swarms: 1, rounds: 3 },
  { mode: 'delta', size: SIZE, processes: 2, streams: 1_000, swarms: 2, rounds: 3 },
]

try {
  const { values } = parseArgs({
    options: { full: { type: 'boolean', default: false }, out: { type: 'string' } },
  })
  const tools = buildSwarm()
  const results: ScaleResult[] = []
  const unfinished: string[] = []
  for (const cell of values.full ? FULL : QUICK) {
    const title = `${cell.mode}, ${cell.streams} streams on ${cell.processes} processes`
    process.stderr.write(`${title}\n`)
    try {
      results.push(await measureScale(tools, cell))
    } catch (error) {
      // An unfinished cell is a result too. The other cells still run.
      unfinished.push(`${title}: ${SwitchyardError.from(error).message}`)
      process.stderr.write(`${unfinished.at(-1)}\n`)
    }
  }
  await publish('Scale', 'npm run bench:scale', renderScaleReport(results, unfinished), values)
} catch (error) {
  process.stderr.write(`${SwitchyardError.from(error).message}\n`)
  process.exitCode = 1
}
