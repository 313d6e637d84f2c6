// The goals of each cell, and which cells miss them.

import { median } from '../../testbed/measure/statistics.ts'
import type { CellResult } from './measure-cell.ts'

/** A ratio down to this one is noise, with one stream. */
const EVEN = 1.2

/** How many times as fast as the peer a push is: the median of the rounds' pairs. */
export function pushRatio({ of: { switchyard, peer } }: CellResult): number {
  return median(peer.pushMs.map((ms, round) => ms / (switchyard.pushMs[round] ?? Number.NaN)))
}

export function firstSyncRatio({ of: { switchyard, peer } }: CellResult): number {
  return peer.firstSyncMs / switchyard.firstSyncMs
}

export function memoryShare({ of: { switchyard, peer } }: CellResult): number {
  return switchyard.peakMiB / peer.peakMiB
}

/** A sentence for each goal that a cell misses; empty if it reaches all. */
export function findShortfalls(results: readonly CellResult[]): readonly string[] {
  return [...results.flatMap((result) => [...ofCell(result)]), ...ofGrowth(results)]
}

function* ofCell(result: CellResult): Iterable<string> {
  const { mode, size, streams } = result
  const name = `${mode}, N = ${size}, M = ${streams}`
  const isLarge = size >= 1_000 && streams >= 100
  const wanted = isLarge ? (mode === 'delta' ? 10 : 5) : streams === 1 ? 1 / EVEN : 1
  const ratio = pushRatio(result)
  if (ratio < wanted) yield `${name}: a push is ${times(ratio)} as fast as the peer's, not ${times(wanted)}`
  if (size >= 1_000 && streams === 1_000) {
    const share = size === 10_000 ? 1 / 4 : 1 / 2
    if (memoryShare(result) > share) {
      yield `${name}: peak memory is ${percent(memoryShare(result))} of the peer's, not ${percent(share)}`
    }
  }
  if (size === 1_000 && streams === 1_000 && firstSyncRatio(result) < 4) {
    yield `${name}: the first sync is ${times(firstSyncRatio(result))} as fast as the peer's, not ${times(4)}`
  }
}

/** The time of a delta push should not grow with the number of clusters. */
function* ofGrowth(results: readonly CellResult[]): Iterable<string> {
  for (const large of results) {
    if (large.mode !== 'delta' || large.size !== 10_000) continue
    const small = results.find(
      ({ mode, size, streams }) => mode === 'delta' && size === 100 && streams === large.streams,
    )
    if (small === undefined) continue
    const growth = median(large.of.switchyard.pushMs) / median(small.of.switchyard.pushMs)
    if (growth > 1.5) {
      yield `delta, M = ${large.streams}: a push at N = 10000 takes ${times(growth)} the time of N = 100, not ${times(1.5)}`
    }
  }
}

export function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? 1 : 0)} ×`
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
