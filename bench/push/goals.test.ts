// The goals of a cell, with figures that reach each goal and figures that miss it.

import t from 'tap'
import { findShortfalls } from './goals.ts'
import type { CellResult, Measured } from './measure-cell.ts'

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
): CellResult {
  return {
    mode,
    size,
    streams,
    rounds: 2,
    warmUps: 0,
    of: { switchyard, peer, floor: measured(1) },
  }
}

const CASES: readonly [string, CellResult, RegExp | undefined][] = [
  ['behind the peer', cell('sotw', 100, 10, measured(2), measured(1.9)), /0.9 ×/],
  ['ahead of the peer', cell('sotw', 100, 10, measured(2), measured(2.1)), undefined],
  ['one stream, even with the peer', cell('delta', 100, 1, measured(1), measured(0.9)), undefined],
  ['one stream, behind the peer', cell('delta', 100, 1, measured(1), measured(0.7)), /0.7 ×/],
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
