// What checks are about: a measured cell with its way.

import type { Results } from '../../../../harness/results.ts'
import { sharesOver } from '../../../../harness/statistics/rounds.ts'
import { BASE } from '../base.ts'
import type { Cell } from '../cell.ts'
import { type MeasuredCell, measuredCells } from '../cells.ts'
import type { Way } from '../ways/way.ts'

/** What checks and the report know of a way. */
export type WayFacts = Pick<Way, 'id' | 'title' | 'who' | 'picksFor' | 'oneChannel'>

export interface Subject extends MeasuredCell {
  readonly way: WayFacts
  /** Such as `Envoy L4 (tcp_proxy), 1 connection, 3 backends`. */
  readonly name: string
}

export function subjectsOf(results: Results, ways: readonly WayFacts[]): readonly Subject[] {
  const byId = new Map(ways.map((way) => [way.id, way]))
  return measuredCells(results).flatMap((measured) => {
    const way = byId.get(measured.cell.way)
    if (way === undefined) return []
    const { connections, backends } = measured.cell
    const name = `${way.title}, ${connections} ${connections === 1 ? 'connection' : 'connections'}, ${backends} backends`
    return [{ ...measured, way, name }]
  })
}

/**
 * Calls by backend. Each round of a way that picks for each connection has other picks: added up, they would look even. So of those
 * it is the first round alone.
 */
export function typicalShares({
  way,
  rounds,
}: Pick<Subject, 'way' | 'rounds'>): Readonly<Record<string, number>> {
  return sharesOver(way.picksFor === 'connection' ? rounds.slice(0, 1) : rounds)
}

/** Whether it is a cell by which ways are compared. */
export function isCompared(
  { way, cell }: Pick<Subject, 'way' | 'cell'>,
  { loop = BASE.loop, workload = BASE.workload }: Partial<Pick<Cell, 'loop' | 'workload'>> = {},
): boolean {
  return (
    cell.loop === loop &&
    cell.workload === workload &&
    cell.connections === (way.oneChannel ? 1 : BASE.connections) &&
    cell.backends === BASE.backends
  )
}
