// The verdict of the demonstration: it fails where a measurement is not what was promised, and only there.

import t from 'tap'
import type { LbRequest } from '../../api/schemas/lb.ts'
import type { Distribution, Keys } from '../../testbed/measure/distribution.ts'
import { coefficientOfVariation, noiseFloor } from '../../testbed/measure/statistics.ts'
import type { Turn } from './turn.ts'
import { type Act, findBroken } from './verdict.ts'

interface Extras {
  readonly keys?: Keys
  readonly failures?: readonly string[]
}

function distribution(
  connections: number,
  counts: readonly number[],
  { keys = 'none', failures = [] }: Extras = {},
): Distribution {
  const calls = counts.reduce((sum, count) => sum + count, 0)
  return {
    connections,
    calls,
    keys,
    byBackend: new Map(counts.map((count, index) => [`b${index + 1}`, count])),
    failures,
    variation: coefficientOfVariation(counts),
    noiseFloor: noiseFloor(calls, counts.length),
  }
}

const L4: LbRequest = { mode: 'l4' }
const l7 = (policy: string): LbRequest => ({ mode: 'l7', policy })
const ONE_KEY: Extras = { keys: { same: 'alice' } }
const DISTINCT: Extras = { keys: 'distinct' }

const PINNED = distribution(1, [0, 1200, 0])
const UNEVEN = distribution(4, [600, 300, 300])
/** As chance would have it: over the noise floor, and not by much. */
const CHANCY = distribution(4, [440, 380, 380])

function turned(failures: readonly string[]): Turn {
  const load = { calls: 400, failures }
  return { from: L4, to: l7('random'), ackedMs: 20, lastGoneMs: 30, oldConnections: 4, load }
}

const act = (setting: LbRequest, ...distributions: readonly Distribution[]): Act => ({
  setting,
  distributions,
})

t.test('nothing is broken where all is as promised', async (t) => {
  const acts: readonly Act[] = [
    act(L4, PINNED, UNEVEN),
    { ...act(l7('round_robin'), distribution(16, [400, 401, 399])), turn: turned([]) },
    act(l7('least_request'), CHANCY, UNEVEN),
    act(l7('random'), CHANCY),
    act(
      l7('ring_hash'),
      distribution(4, [1400, 800, 800], DISTINCT),
      distribution(16, [0, 0, 1200], ONE_KEY),
    ),
    act(l7('maglev'), distribution(4, [1020, 960, 1020], DISTINCT), distribution(16, [1200, 0, 0], ONE_KEY)),
    act(L4, PINNED),
  ]
  t.same(findBroken(acts), [])
})

const twoForOneKey = distribution(16, [1199, 1, 0], ONE_KEY)

const CASES = [
  {
    title: 'a connection that is spread at L4',
    act: act(L4, distribution(1, [600, 600, 0])),
    says: /one connection is served by one backend, but 2 served it/,
  },
  {
    title: 'a round robin that is as uneven as chance',
    act: act(l7('round_robin'), CHANCY),
    says: /round robin spreads the calls of 4 connection\(s\) evenly, but CV 0\.071 over/,
  },
  {
    title: 'a random that is less even than chance',
    act: act(l7('random'), UNEVEN),
    says: /4 connection\(s\) are spread as chance would, but CV 0\.354 is over 4 times/,
  },
  {
    title: 'a least request that starves a backend',
    act: act(l7('least_request'), distribution(4, [600, 500, 100])),
    says: /each backend gets its share .* but b3 got 100 of 1200/,
  },
  {
    title: 'a ring hash that starves a backend',
    act: act(l7('ring_hash'), distribution(4, [1500, 1100, 400], DISTINCT)),
    says: /each backend gets its share .* but b3 got 400 of 3000/,
  },
  {
    title: 'a maglev whose keys are spread unevenly',
    act: act(l7('maglev'), distribution(4, [1200, 900, 900], DISTINCT)),
    says: /spread as chance would, but CV 0\.141/,
  },
  {
    title: 'a key that a ring gives to two backends',
    act: act(l7('ring_hash'), twoForOneKey),
    says: /one key is served by one backend, but 2 served it/,
  },
  {
    title: 'a key that a maglev gives to two backends',
    act: act(l7('maglev'), twoForOneKey),
    says: /one key is served by one backend, but 2 served it/,
  },
  {
    title: 'a call that fails in a measurement',
    act: act(l7('random'), distribution(1, [400, 400, 400], { failures: ['UNAVAILABLE'] })),
    says: /no call fails, but 1 did, the first with: UNAVAILABLE/,
  },
  {
    title: 'a call that fails while the switch is turned',
    act: { ...act(l7('random'), CHANCY), turn: turned(['reset']) },
    says: /no call fails, but 1 did, the first with: reset/,
  },
]

for (const { title, act, says } of CASES) {
  t.test(`${title} is told`, async (t) => {
    const broken = findBroken([act])
    t.equal(broken.length, 1)
    t.match(broken[0], says)
  })
}
