// The goals of each cell, and which cells miss them.

import { median } from '../../testbed/measure/statistics.ts'
import type { ServerName } from '../harness/servers.ts'
import type { CellResult } from './measure-cell.ts'
import type { Extreme } from './measure-extremes.ts'

/** From this ratio on, two servers are even. */
const EVEN = 0.95

/** MiB of a server with one stream and few clusters. */
const SMALL_MIB = 110

/** How many times as fast as the peer a storm of reconnects is answered. */
const STORM = 2

/** How many times as fast as the peer a push is: the median of the rounds' pairs. */
export function pushRatio({ of }: CellResult, server: ServerName = 'switchyard'): number {
  return median(of.peer.pushMs.map((ms, round) => ms / (of[server].pushMs[round] ?? Number.NaN)))
}

export function firstSyncRatio({ of }: CellResult, server: ServerName = 'switchyard'): number {
  return of.peer.firstSyncMs / of[server].firstSyncMs
}

export function memoryShare({ of: { switchyard, peer } }: CellResult): number {
  return switchyard.peakMiB / peer.peakMiB
}

export function stormRatio({ of: { switchyard, peer } }: Extreme): number {
  return peer.ms / switchyard.ms
}

/**
 * A sentence for each goal that is missed; empty if all are reached. A cell whose floor is behind the peer has no goal of speed, because
 * no server on grpc-js can reach it: `cellsAtFloor` has these.
 */
export function findShortfalls(
  results: readonly CellResult[],
  extremes: readonly Extreme[] = [],
): readonly string[] {
  return [
    ...results.flatMap((result) => [...ofCell(result)]),
    ...ofGrowth(results),
    ...extremes.flatMap((extreme) => [...ofExtreme(extreme)]),
  ]
}

/** A sentence for each cell that is behind the peer where plain grpc-js is too. */
export function cellsAtFloor(results: readonly CellResult[]): readonly string[] {
  return results.flatMap((result) => [
    ...atFloor(nameOf(result), 'a push', (server) => pushRatio(result, server)),
    ...atFloor(nameOf(result), 'the first sync', (server) => firstSyncRatio(result, server)),
  ])
}

function* atFloor(name: string, what: string, ratioOf: (server: ServerName) => number): Iterable<string> {
  if (ratioOf('switchyard') >= EVEN || ratioOf('floor') >= 1) return
  const [ours, floor, http2] = (['switchyard', 'floor', 'http2'] as const).map((one) => times(ratioOf(one)))
  yield `${name}: ${what} is ${ours} as fast as the peer's; plain grpc-js is at ${floor}, and Node's HTTP/2 at ${http2}`
}

function nameOf({ mode, size, streams }: CellResult): string {
  return `${mode}, N = ${size}, M = ${streams}`
}

function* ofCell(result: CellResult): Iterable<string> {
  const { mode, size, streams } = result
  const name = nameOf(result)
  const isLarge = size >= 1_000 && streams >= 100
  const wanted = isLarge ? (mode === 'delta' ? 10 : 5) : EVEN
  const ratio = pushRatio(result)
  if (ratio < wanted && pushRatio(result, 'floor') >= 1) {
    yield `${name}: a push is ${times(ratio)} as fast as the peer's, not ${times(wanted)}`
  }
  if (size >= 1_000 && streams === 1_000) {
    const share = size === 10_000 ? 1 / 4 : 1 / 2
    if (memoryShare(result) > share) {
      yield `${name}: peak memory is ${percent(memoryShare(result))} of the peer's, not ${percent(share)}`
    }
  }
  const { peakMiB } = result.of.switchyard
  if (size === 100 && streams === 1 && peakMiB > SMALL_MIB) {
    yield `${name}: peak memory is ${Math.round(peakMiB)} MiB, not ${SMALL_MIB} MiB`
  }
  const wantedSync = size === 1_000 && streams === 1_000 ? 4 : EVEN
  if (firstSyncRatio(result) < wantedSync && firstSyncRatio(result, 'floor') >= 1) {
    yield `${name}: the first sync is ${times(firstSyncRatio(result))} as fast as the peer's, not ${times(wantedSync)}`
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

function* ofExtreme(extreme: Extreme): Iterable<string> {
  const wanted = extreme.kind === 'storm' ? STORM : EVEN
  const ratio = stormRatio(extreme)
  if (ratio < wanted) {
    yield `${extreme.mode}, ${extreme.what}: ${times(ratio)} as fast as the peer, not ${times(wanted)}`
  }
}

/** Two digits where one would hide what is missing. */
export function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 1 ? 2 : ratio < 10 ? 1 : 0)} ×`
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
