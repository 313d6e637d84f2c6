// `npm run bench:push`: how long a change takes to reach all clients, beside go-control-plane in the same run.

import { parseArgs } from 'node:util'
import { SwitchyardError } from '../core/errors.ts'
import { buildGoTools } from './harness/go-tools.ts'
import { publish } from './harness/publish.ts'
import { fullCells, quickCells, selectCells, titleOf } from './push/cells.ts'
import { pushRatio, times } from './push/goals.ts'
import { type CellResult, measureCell } from './push/measure-cell.ts'
import { type Extreme, measureManyNames, measureStorm } from './push/measure-extremes.ts'
import { renderPushReport } from './push/report.ts'

try {
  const { values } = parseArgs({
    options: {
      full: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      out: { type: 'string' },
    },
  })
  const tools = buildGoTools()
  const cells: CellResult[] = []
  const unfinished: string[] = []
  for (const cell of selectCells(values.full ? fullCells() : quickCells(), values.only)) {
    const title = titleOf(cell)
    try {
      const result = await measureCell(tools, cell)
      cells.push(result)
      process.stderr.write(`${title}: ${times(pushRatio(result))} the peer's speed\n`)
    } catch (error) {
      // An unfinished cell is a result too. The other cells still run.
      unfinished.push(`${title}: ${SwitchyardError.from(error).message}`)
      process.stderr.write(`${unfinished.at(-1)}\n`)
    }
  }
  const extremes: Extreme[] = []
  if (values.full && values.only.length === 0) {
    for (const mode of ['delta', 'sotw'] as const) {
      extremes.push(await measureStorm(tools, { mode, size: 1_000, streams: 1_000, rounds: 3 }))
      extremes.push(await measureManyNames(tools, { mode, size: 50_000, streams: 1, rounds: 3 }))
    }
  }
  await publish('Pushes', 'npm run bench:push', renderPushReport({ cells, unfinished, extremes }), values)
} catch (error) {
  process.stderr.write(`${SwitchyardError.from(error).message}\n`)
  process.exitCode = 1
}
