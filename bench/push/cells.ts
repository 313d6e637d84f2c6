// The cells of the benchmark: number of clusters and streams, protocol, and rounds.

import type { Mode } from '../harness/swarm.ts'

export interface Cell {
  readonly mode: Mode
  /** Number of clusters, each with its endpoints and a route. */
  readonly size: number
  readonly streams: number
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
