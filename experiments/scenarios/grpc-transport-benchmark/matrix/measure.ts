// A closed loop on one cell of the matrix, over one transport.

import { measureLoad } from '../../../harness/measure-load.ts'
import type { Measured } from '../../../harness/results.ts'
import type { RunContext } from '../../../harness/scenario.ts'
import { startEnds } from '../ends.ts'
import { BASE, shapeOf } from './cells.ts'
import { type PlannedCell, windowOf } from './plan.ts'

/** A call of the longest window, and what a slow way may add. */
const DEADLINE_MS = 120_000

export async function measureCell(context: RunContext, { transport, cell }: PlannedCell): Promise<Measured> {
  const { laid, loader, target, processes } = await startEnds(context, transport)
  const measured = await measureLoad(context, {
    loader,
    plan: {
      target,
      connections: 1,
      loop: { kind: 'closed', concurrency: cell.concurrency },
      calls: shapeOf(cell),
      cutStreams: true,
      deadlineMs: DEADLINE_MS,
      ...windowOf(context.profile, transport, cell),
    },
    processes,
  })
  const { series: _, shares: _shares, ...kept } = measured
  // How a transport is laid is the same for all of its cells.
  return cell === BASE ? { ...kept, texts: { ...(await laid.settings()) } } : kept
}
