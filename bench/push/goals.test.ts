// The goals of a cell, with figures that reach each goal and figures that miss it.

import t from 'tap'
import { cellsAtFloor, findShortfalls } from './goals.ts'
import type { CellResult, Measured } from './measure-cell.ts'
import type { Extreme } from './measure-extremes.ts'

function measured(pushMs: number, peakMiB = 1, firstSyncMs = 1): Measured {
  return {
    pushMs: [pushMs, pushMs],
    firstSyncMs,
    firstSyncBytes: 1,
    firstSyncCpuMs: 1,
    pushCpuMs: [1, 1],
    peakMiB,
  }
}

function cell(
  mode: CellResult['mode'],
  size: number,
  streams: number,
  switchyard: Measured,
  peer: Measured,
  floor = measured(0.1, 1, 0.1),
): CellResult {
  return {
    mode,
    size,
    streams,
    rounds: 2,
    warmUps: 0,
    of: { switchyard, peer, floor, http2: floor },
  }
}

const CASES: readonly [string, CellResult, RegExp | undefined][] = [
  ['behind the peer', cell('sotw', 100, 10, measured(2), measured(1.88)), /0.94 ×/],
  ['as good as even', cell('sotw', 100, 10, measured(2), measured(1.9)), undefined],
  ['ahead of the peer', cell('sotw', 100, 10, measured(2), measured(2.1)), undefined],
  ['behind like the floor', cell('delta', 100, 1, measured(1), measured(0.7), measured(0.8)), undefined],
  ['a first sync behind the peer', cell('delta', 100, 10, measured(1, 1, 2), measured(1)), /sync is 0.50 ×/],
  [
    'one like the floor',
    cell('delta', 100, 10, measured(1, 1, 2), measured(1), measured(1, 1, 2)),
    undefined,
  ],
  ['110 MiB with one stream', cell('delta', 100, 1, measured(1, 110), measured(1)), undefined],
  ['more with one stream', cell('delta', 100, 1, measured(1, 111), measured(1)), /111 MiB, not 110 MiB/],
  ['delta, large and 9 times as fast', cell('delta', 1_000, 100, measured(1), measured(9)), /not 10 ×/],
  ['delta, large and 10 times as fast', cell('delta', 1_000, 100, measured(1), measured(10)), undefined],
  ['sotw, large and 4 times as fast', cell('sotw', 1_000, 100, measured(1), measured(4)), /not 5.0 ×/],
  ['half the memory', cell('sotw', 1_000, 1_000, measured(1, 1), measured(9, 2, 4)), undefined],
  ['more than half the memory', cell('sotw', 1_000, 1_000, measured(1, 3), measured(9, 4, 4)), /75 %/],
  ['a third of the memory', cell('sotw', 10_000, 1_000, measured(1, 1), measured(9, 3)), /not 25 %/],
  ['a slow first sync', cell('sotw', 1_000, 1_000, measured(1), measured(9, 2, 3)), /first sync is 3.0 ×/],
]

for (const [title, result, expected] of CASES) {
  t.test(title, async (t) => {
    const [shortfall, ...more] = findShortfalls([result])
    if (expected === undefined) t.equal(shortfall, undefined)
    else t.match(shortfall, expected)
    t.same(more, [])
  })
}

t.test('a push may not grow with the number of clusters', async (t) => {
  const small = cell('delta', 100, 10, measured(2), measured(4))
  const at = (ms: number) => [small, cell('delta', 10_000, 10, measured(ms), measured(ms * 10))]
  t.same(findShortfalls(at(3)), [])
  t.match(findShortfalls(at(3.1)), [/1.6 × the time/])
})

t.test('a cell that is behind where the floor is too is listed with both floors', async (t) => {
  const [push, ...more] = cellsAtFloor([cell('delta', 100, 1, measured(1), measured(0.6), measured(0.8))])
  t.match(push, /a push is 0.60 × as fast as the peer's; plain grpc-js is at 0.75 ×/)
  t.same(more, [], 'its first sync is even')
  t.same(cellsAtFloor([cell('delta', 100, 1, measured(1), measured(0.7))]), [], 'its floor is ahead')
})

t.test('a storm of reconnects has to be answered twice as fast as by the peer', async (t) => {
  const storm = (kind: Extreme['kind'], ms: number): Extreme => ({
    kind,
    what: 'a storm',
    mode: 'delta',
    rounds: 3,
    of: { switchyard: { ms: 100, peakMiB: 1 }, peer: { ms, peakMiB: 1 } },
  })
  t.match(findShortfalls([], [storm('storm', 190)]), ['delta, a storm: 1.9 × as fast as the peer, not 2.0 ×'])
  t.same(findShortfalls([], [storm('storm', 200), storm('names', 95)]), [])
  t.match(findShortfalls([], [storm('names', 94)]), [/0.94 ×/])
})
