// The runs of this chapter with their figures, for its checks and sections.

import type { Measured, Results } from '../../../../harness/results.ts'
import { measuredRuns, roundsOf } from '../../../../harness/statistics/rounds.ts'
import { LINKED_CASES, type LinkedCase, linkedReuseId, reuseId, SECURITIES, type Security } from './extent.ts'

export interface ReuseRow {
  readonly security: Security
  readonly connections: number
  readonly rounds: readonly Measured[]
}

/** On loopback, the most connections first. */
export function reuseRows(results: Pick<Results, 'runs'>): readonly ReuseRow[] {
  return measuredRuns(results).flatMap(({ id, labels, rounds }) => {
    const connections = Number(labels.connections)
    const security = SECURITIES.find((one) => id === reuseId(one, connections))
    return security === undefined ? [] : [{ security, connections, rounds }]
  })
}

export interface LinkedRow extends LinkedCase {
  readonly rounds: readonly Measured[]
}

export function linkedRows(results: Pick<Results, 'runs'>): readonly LinkedRow[] {
  return LINKED_CASES.map((one) => ({ ...one, rounds: roundsOf(results, linkedReuseId(one)) })).filter(
    ({ rounds }) => rounds.length > 0,
  )
}

/** A figure of the first round: counts are the same in all of them. */
export const figureOf = ({ rounds }: Pick<ReuseRow, 'rounds'>, name: string): number =>
  rounds[0]?.figures[name] ?? Number.NaN

export const bytesPerCall = (
  row: Pick<ReuseRow, 'rounds'>,
  names: readonly string[],
  calls: string,
): number => names.reduce((sum, name) => sum + figureOf(row, name), 0) / figureOf(row, calls)
