// A closed loop on one cell of the matrix, over one transport.

import { measureLoad } from '../../../../harness/measure-load.ts'
import type { Measured } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { warmEnds } from '../warm-ends.ts'
import { BASE } from './cells.ts'
import { loadOf, type PlannedCell, windowOf } from './plan.ts'

/** Bytes and packets together: whether there were any is what says which way calls took. */
export const COUNTED = 'counted by devices and rules of the way'

export async function measureCell(context: RunContext, { transport, cell }: PlannedCell): Promise<Measured> {
  const { laid, loader, target, processes } = await warmEnds(context, transport)
  const before = cell === BASE ? await laid.counts() : {}
  const measured = await measureLoad(context, {
    loader,
    plan: loadOf(target, cell, windowOf(context.profile, transport, cell)),
    processes,
  })
  const { series: _, shares: _shares, ...kept } = measured
  // How a transport is laid is the same for all of its cells.
  if (cell !== BASE) return kept
  const counted = countedSince(before, await laid.counts())
  return {
    ...kept,
    figures: { ...kept.figures, ...(counted !== undefined && { [COUNTED]: counted }) },
    texts: { ...(await laid.settings()) },
  }
}

/** Undefined where nothing counts: without namespaces, the devices are those of the whole machine. */
function countedSince(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): number | undefined {
  const names = Object.keys(after)
  if (names.length === 0) return undefined
  return names.reduce((sum, name) => sum + (after[name] ?? 0) - (before[name] ?? 0), 0)
}
