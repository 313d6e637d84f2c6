// The verdict of the demonstration: it reports each unexpected measurement, and nothing else.

import t from 'tap'
import type { SwitchResult } from '../../testbed/flips/switch-under-load.ts'
import type { Distribution, Keys } from '../../testbed/measure/distribution.ts'
import { coefficientOfVariation, noiseFloor } from '../../testbed/measure/statistics.ts'
import { SETTINGS, type Setting } from './settings.ts'
import { findProblems, type Measurement } from './verdict.ts'

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

function settingOf(policy: string | undefined): Setting {
  const setting = SETTINGS.find(({ lb }) => lb.policy === policy)
  if (setting === undefined) throw new TypeError(`${policy} is not measured`)
  return setting
}

const L4 = settingOf(undefined)
const l7 = (policy: string) => settingOf(policy)
const ONE_KEY: Extras = { keys: { same: 'alice' } }
const DISTINCT: Extras = { keys: 'distinct' }

const ONE_BACKEND = distribution(1, [0, 1200, 0])
const UNEVEN = distribution(4, [600, 300, 300])
/** Like random picks: a little over the noise floor. */
const RANDOM = distribution(4, [440, 380, 380])

function switchedWith(failures: readonly string[]): SwitchResult {
  const load = { calls: 400, failures }
  return { from: L4.lb, to: l7('random').lb, ackedMs: 20, lastGoneMs: 30, oldConnections: 4, load }
}

const measured = (setting: Setting, ...distributions: readonly Distribution[]): Measurement => ({
  setting,
  distributions,
})

t.test('there is no problem if everything is as expected', async (t) => {
  const measurements: readonly Measurement[] = [
    measured(L4, ONE_BACKEND, UNEVEN),
    { ...measured(l7('round_robin'), distribution(16, [400, 401, 399])), switched: switchedWith([]) },
    measured(l7('least_request'), RANDOM, UNEVEN),
    measured(l7('random'), RANDOM),
    measured(
      l7('ring_hash'),
      distribution(4, [1400, 800, 800], DISTINCT),
      distribution(16, [0, 0, 1200], ONE_KEY),
    ),
    measured(
      l7('maglev'),
      distribution(4, [1020, 960, 1020], DISTINCT),
      distribution(16, [1200, 0, 0], ONE_KEY),
    ),
    measured(L4, ONE_BACKEND),
  ]
  t.same(findProblems(measurements), [])
})

const twoForOneKey = distribution(16, [1199, 1, 0], ONE_KEY)

const CASES = [
  {
    title: 'a connection with two backends at L4',
    measurement: measured(L4, distribution(1, [600, 600, 0])),
    says: /one backend should serve a connection, but 2 served it/,
  },
  {
    title: 'a round robin that is as uneven as random picks',
    measurement: measured(l7('round_robin'), RANDOM),
    says: /round robin should spread the calls of 4 connection\(s\) evenly, but CV 0\.071 is over/,
  },
  {
    title: 'a random policy that is less even than random picks',
    measurement: measured(l7('random'), UNEVEN),
    says: /4 connection\(s\) should be spread at random, but CV 0\.354 is over 4 times/,
  },
  {
    title: 'a least request that starves a backend',
    measurement: measured(l7('least_request'), distribution(4, [600, 500, 100])),
    says: /each backend should get its share .* but b3 got 100 of 1200/,
  },
  {
    title: 'a ring hash that starves a backend',
    measurement: measured(l7('ring_hash'), distribution(4, [1500, 1100, 400], DISTINCT)),
    says: /each backend should get its share .* but b3 got 400 of 3000/,
  },
  {
    title: 'a maglev whose keys are spread unevenly',
    measurement: measured(l7('maglev'), distribution(4, [1200, 900, 900], DISTINCT)),
    says: /should be spread at random, but CV 0\.141/,
  },
  {
    title: 'a key with two backends under ring hash',
    measurement: measured(l7('ring_hash'), twoForOneKey),
    says: /one backend should serve a key, but 2 served it/,
  },
  {
    title: 'a key with two backends under maglev',
    measurement: measured(l7('maglev'), twoForOneKey),
    says: /one backend should serve a key, but 2 served it/,
  },
  {
    title: 'a call that fails in a measurement',
    measurement: measured(l7('random'), distribution(1, [400, 400, 400], { failures: ['UNAVAILABLE'] })),
    says: /no call should fail, but 1 did; the first error: UNAVAILABLE/,
  },
  {
    title: 'a call that fails while switching',
    measurement: { ...measured(l7('random'), RANDOM), switched: switchedWith(['reset']) },
    says: /no call should fail, but 1 did; the first error: reset/,
  },
]

for (const { title, measurement, says } of CASES) {
  t.test(`${title} is a problem`, async (t) => {
    const problems = findProblems([measurement])
    t.equal(problems.length, 1)
    t.match(problems[0], says)
  })
}
