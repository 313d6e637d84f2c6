// The measured cells of the matrix.

import type { Measured, Results } from '../../../../harness/results.ts'
import { measuredRuns } from '../../../../harness/statistics/rounds.ts'
import { TRANSPORTS } from '../../../../testbed/transports/all.ts'
import type { Transport } from '../../../../testbed/transports/transport.ts'
import { type Cell, cellId, isSame, type Pattern } from './cells.ts'

/** Of a transport, what a report needs: places of a cluster have it too. */
export type Place = Pick<Transport, 'id' | 'title' | 'family' | 'like' | 'emulates'>

export interface MeasuredCell {
  readonly id: string
  readonly transport: Place
  readonly cell: Cell
  readonly rounds: readonly Measured[]
}

/** In the order of the transports, and of the matrix. */
export function measuredCells(
  results: Pick<Results, 'runs'>,
  places: readonly Place[] = TRANSPORTS,
): readonly MeasuredCell[] {
  const measured = measuredRuns(results).flatMap(({ id, labels, rounds }): MeasuredCell[] => {
    const transport = places.find((one) => id.startsWith(`matrix.${one.id}.`))
    const cell = {
      pattern: labels.pattern as Pattern,
      payload: Number(labels['payload (bytes)']),
      concurrency: Number(labels['at a time']),
    }
    return transport && cellId(transport.id, cell) === id ? [{ id, transport, cell, rounds }] : []
  })
  return places.flatMap(({ id }) => measured.filter(({ transport }) => transport.id === id))
}

export function transportsOf(cells: readonly MeasuredCell[]): readonly Place[] {
  return [...new Set(cells.map(({ transport }) => transport))]
}

export function findCell(
  cells: readonly MeasuredCell[],
  transport: string,
  wanted: Cell,
): MeasuredCell | undefined {
  return cells.find((one) => one.transport.id === transport && isSame(one.cell, wanted))
}

/** That of a message's round trip in a bidirectional stream, of a whole call else. */
export const latencyName = ({ pattern }: Pick<Cell, 'pattern'>): string =>
  pattern === 'bidirectional' ? 'gap' : 'service'

export const latencyOf = ({ rounds, cell }: MeasuredCell): readonly string[] =>
  rounds.flatMap(({ histograms }) => histograms[latencyName(cell)] ?? [])
