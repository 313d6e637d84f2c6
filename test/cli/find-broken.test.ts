// The verdict of the demonstration: it fails where a measurement is not what was promised, and only there.

import t from 'tap'
import { findBroken } from '../../cli/demo/demo.ts'
import type { Distribution } from '../../cli/demo/distribution.ts'
import { coefficientOfVariation, noiseFloor } from '../../cli/demo/statistics.ts'

function distribution(
  connections: number,
  counts: readonly number[],
  failures: readonly string[] = [],
): Distribution {
  const calls = counts.reduce((sum, count) => sum + count, 0)
  return {
    connections,
    calls,
    byBackend: new Map(counts.map((count, index) => [`b${index + 1}`, count])),
    failures,
    variation: coefficientOfVariation(counts),
    noiseFloor: noiseFloor(calls, counts.length),
  }
}

const pinned = [distribution(1, [0, 1200, 0])]
const even = [distribution(1, [400, 400, 400]), distribution(16, [400, 401, 399])]
const flip = { ackedMs: 20, lastGoneMs: 30, oldConnections: 4, load: { calls: 400, failures: [] } }

t.test('nothing is broken where L4 pins, L7 spreads and no call fails', async (t) => {
  t.same(findBroken(pinned, flip, even), [])
})

const CASES = [
  {
    title: 'a connection that is spread at L4',
    l4: [distribution(1, [600, 600, 0])],
    says: /one connection is served by one backend, but 2/,
  },
  {
    title: 'calls that are not spread at L7',
    l7: [distribution(4, [600, 300, 300])],
    says: /4 connection\(s\) are spread evenly, but CV/,
  },
  {
    title: 'a call that fails at L7',
    l7: [distribution(1, [400, 400, 400], ['UNAVAILABLE'])],
    says: /1 did, the first with: UNAVAILABLE/,
  },
  {
    title: 'a call that fails in the flip',
    flip: { ...flip, load: { calls: 400, failures: ['reset'] } },
    says: /1 did, the first with: reset/,
  },
]

for (const { title, says, ...measured } of CASES) {
  t.test(`${title} is told`, async (t) => {
    const broken = findBroken(measured.l4 ?? pinned, measured.flip ?? flip, measured.l7 ?? even)
    t.equal(broken.length, 1)
    t.match(broken[0], says)
  })
}
