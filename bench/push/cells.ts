// The cells of the benchmark: number of clusters and streams, protocol, and rounds.

import { SwitchyardError } from '../../core/errors.ts'
import type { Mode } from '../harness/swarm.ts'

export interface Cell {
  readonly mode: Mode
  /** Number of clusters, each with its endpoints and a route. */
  readonly size: number
  readonly streams: number
  /** Listeners that the clients ask for by name, as gRPC does. Default: they act as Envoys. */
  readonly listeners?: readonly string[]
  /** Measured pushes of each server. */
  readonly rounds: number
  /** Pushes before them, not measured. */
  readonly warmUps: number
}

const MODES: readonly Mode[] = ['delta', 'sotw']
const SIZES = [100, 1_000, 10_000]
const STREAMS = [1, 10, 100, 1_000]

/** All cells. In the largest the peer takes about a minute per push, so it has five measured pushes and no warm-up. */
export function fullCells(): readonly Cell[] {
  return MODES.flatMap((mode) =>
    SIZES.flatMap((size) => STREAMS.map((streams) => ({ mode, size, streams, ...effort(size * streams) }))),
  )
}

function effort(work: number): Pick<Cell, 'rounds' | 'warmUps'> {
  if (work >= 10_000_000) return { rounds: 5, warmUps: 0 }
  if (work >= 1_000_000) return { rounds: 5, warmUps: 1 }
  return { rounds: 11, warmUps: 3 }
}

/** Five cells in less than a minute: they show how times grow with clusters and with streams, but not precisely. */
export function quickCells(): readonly Cell[] {
  const few = { rounds: 5, warmUps: 1 }
  return [
    { mode: 'delta', size: 100, streams: 100, ...few },
    { mode: 'delta', size: 1_000, streams: 100, ...few },
    { mode: 'delta', size: 100, streams: 1_000, ...few },
    { mode: 'sotw', size: 100, streams: 100, ...few },
    { mode: 'sotw', size: 1_000, streams: 100, ...few },
  ]
}

export function titleOf({ mode, size, streams }: Cell): string {
  return `${mode}, ${size} clusters, ${streams} streams`
}

/**
 * The cells that match at least one pattern: all, if there is no pattern.
 * @param patterns `MODE/CLUSTERS/STREAMS`; each part may be `*`
 * @throws SwitchyardError `invalid-argument` for each pattern that matches no cell
 */
export function selectCells(cells: readonly Cell[], patterns: readonly string[]): readonly Cell[] {
  const matches = ({ mode, size, streams }: Cell, pattern: string) => {
    const parts = pattern.split('/')
    return (
      parts.length === 3 &&
      [mode, String(size), String(streams)].every((value, at) => parts[at] === '*' || parts[at] === value)
    )
  }
  const problems = patterns
    .filter((pattern) => !cells.some((cell) => matches(cell, pattern)))
    .map((path) => ({ path, message: 'no cell matches it' }))
  if (problems.length > 0) {
    const known = cells.map(({ mode, size, streams }) => `${mode}/${size}/${streams}`).join(' ')
    const what = `--only takes MODE/CLUSTERS/STREAMS, where each part may be *. The cells are ${known}`
    throw new SwitchyardError('invalid-argument', what, { problems })
  }
  return cells.filter((cell) => patterns.length === 0 || patterns.some((pattern) => matches(cell, pattern)))
}

/**
 * The cells of a comparison of two commits: more rounds than beside the peer, so that the pairs give a narrow interval, and more
 * warm-ups, because both servers are the same program and the time to compile it is no difference between them.
 */
export function comparedCells({ full }: { readonly full: boolean }): readonly Cell[] {
  return (full ? fullCells() : quickCells()).map((cell) =>
    cell.size * cell.streams >= 1_000_000 ? cell : { ...cell, rounds: 21, warmUps: 15 },
  )
}
