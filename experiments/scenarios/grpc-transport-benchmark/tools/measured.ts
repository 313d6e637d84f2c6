// Cells that both load generators have measured.

import type { Measured, Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { TRANSPORTS } from '../../../../testbed/transports/all.ts'
import { TOOL_CELLS, type Tool, type ToolCell, toolId } from './cells.ts'

export interface MeasuredTools {
  /** Such as `Unix socket, TLS, 10 at a time`. */
  readonly name: string
  readonly cell: ToolCell
  readonly rounds: Readonly<Record<Tool, readonly Measured[]>>
}

export function measuredTools(results: Pick<Results, 'runs'>): readonly MeasuredTools[] {
  const all = new Map(
    Object.values(TOOL_CELLS).flatMap((cells) => cells.map((cell) => [toolId(cell, 'ghz'), cell])),
  )
  return [...all.values()].flatMap((cell) => {
    const rounds = {
      switchyard: roundsOf(results, toolId(cell, 'switchyard')),
      ghz: roundsOf(results, toolId(cell, 'ghz')),
    }
    const title = TRANSPORTS.find(({ id }) => id === cell.transport)?.title ?? cell.transport
    const name = `${title}, ${cell.hasTls ? 'TLS' : 'plaintext'}, ${cell.concurrency} at a time`
    return rounds.switchyard.length === 0 || rounds.ghz.length === 0 ? [] : [{ name, cell, rounds }]
  })
}
