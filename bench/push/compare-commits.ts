// Compares two commits cell by cell: what their runs say about the ratio of their push times.

import { type Interval, median, medianInterval } from '../../testbed/measure/statistics.ts'
import type { Cell } from './cells.ts'
import type { Measured } from './measure-cell.ts'

/** The servers of one start: the other commit, and this checkout. */
export interface Run {
  readonly base: Measured
  readonly current: Measured
}

export interface Comparison {
  readonly cell: Cell
  readonly baseMs: number
  readonly currentMs: number
  readonly pairs: number
  /** Times of this checkout in times of the other commit, pair by pair. Above 1 this checkout is slower. */
  readonly push: Interval
  /** The same for the server's CPU time: on a busy machine it varies less. */
  readonly cpu: Interval
  /** The same for the first sync and the peak of memory: the median over the starts. */
  readonly firstSync: number
  readonly peak: number
  readonly verdict: Verdict
  /** The base has sent its clients other bytes than this checkout, so their work may differ. */
  readonly hasOtherContent: boolean
}

/**
 * A push may take 5 % more time and CPU. Above that, the cell is slower if the interval is above 1, and unsure if it contains 1.
 */
export type Verdict = 'as fast' | 'unsure' | 'slower'

/** A cell may be slower by this much. */
const TOLERANCE = 1.05

/** Nonces and versions may have other lengths. More than this is other content. */
const SAME_BYTES = 0.02

export function compareRuns(cell: Cell, runs: readonly Run[]): Comparison {
  const pairsOf = (values: (measured: Measured) => readonly number[]) =>
    medianInterval(
      runs.flatMap(({ base, current }) =>
        values(current).map((value, round) => value / (values(base)[round] ?? Number.NaN)),
      ),
    )
  const push = pairsOf(({ pushMs }) => pushMs)
  const cpu = pairsOf(({ pushCpuMs }) => pushCpuMs)
  const ratioOf = (value: (measured: Measured) => number) =>
    median(runs.map(({ base, current }) => value(current) / value(base)))
  const bytes = ratioOf(({ firstSyncBytes }) => firstSyncBytes)
  return {
    cell,
    baseMs: median(runs.flatMap(({ base }) => base.pushMs)),
    currentMs: median(runs.flatMap(({ current }) => current.pushMs)),
    pairs: runs.flatMap(({ current }) => current.pushMs).length,
    push,
    cpu,
    firstSync: ratioOf(({ firstSyncMs }) => firstSyncMs),
    peak: ratioOf(({ peakMiB }) => peakMiB),
    verdict: judge([push, cpu]),
    hasOtherContent: Math.abs(bytes - 1) > SAME_BYTES,
  }
}

function judge(ratios: readonly Interval[]): Verdict {
  const above = ratios.filter((ratio) => ratio.median > TOLERANCE)
  if (above.length === 0) return 'as fast'
  return above.some(({ low }) => low > 1) ? 'slower' : 'unsure'
}

/** How many times as many starts a cell gets while it looks slower. */
const SECOND_LOOKS = 3

/**
 * Measures until a cell has its starts. A cell that looks slower gets three times as many, because a single start can be
 * slow by chance.
 * @param measure measures one start; the servers start in turns, so its number says which one is first
 */
export async function compareCell(
  cell: Cell,
  starts: number,
  measure: (start: number) => Promise<Run>,
): Promise<Comparison> {
  const runs: Run[] = []
  for (let start = 0; start < starts * SECOND_LOOKS; start += 1) {
    if (start >= starts && compareRuns(cell, runs).verdict === 'as fast') break
    runs.push(await measure(start))
  }
  return compareRuns(cell, runs)
}
