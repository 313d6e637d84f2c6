// When a load generator says that it measured itself.

import t from 'tap'
import { encodeLatencies } from '../measure/histogram.ts'
import { noteSaturation } from './saturation.ts'

/** Calls of 20 ms each. */
const HISTOGRAMS = { call: encodeLatencies(Array.from({ length: 100 }, () => 20_000)) }
const FINE = { busyPercent: 50, lateP99Ms: 0.3, unsent: 0 }

t.test('a load generator that keeps up says nothing', async (t) => {
  t.same(noteSaturation(FINE, HISTOGRAMS), [])
  t.same(noteSaturation({ ...FINE, lateP99Ms: undefined }, HISTOGRAMS), [], 'in a closed loop too')
  t.same(noteSaturation({ ...FINE, busyPercent: 90, lateP99Ms: 5 }, HISTOGRAMS), [], 'up to the bounds')
})

t.test(
  'O4.9: a load generator that has no time left, or is late by a large part of a call, says so',
  async (t) => {
    t.match(noteSaturation({ ...FINE, busyPercent: 97.4 }, HISTOGRAMS), [/saturated: .* busy for 97 %/])
    t.match(noteSaturation({ ...FINE, lateP99Ms: 5.2 }, HISTOGRAMS), [
      /late: 1 % of the calls were sent 5\.2 ms or more after they were due.* p99 of the calls is 20\.0 ms/,
    ])
    t.match(noteSaturation({ ...FINE, unsent: 3 }, HISTOGRAMS), [/^3 calls were due and never sent/])
    t.equal(noteSaturation({ busyPercent: 100, lateP99Ms: 20, unsent: 1 }, HISTOGRAMS).length, 3)
  },
)

t.test('to be late by less than a millisecond is no matter, however fast the calls are', async (t) => {
  const fast = { call: encodeLatencies([1_000, 1_000]) }
  t.same(noteSaturation({ ...FINE, lateP99Ms: 0.9 }, fast), [])
  t.equal(noteSaturation({ ...FINE, lateP99Ms: 1.1 }, fast).length, 1)
})
