// A quota by a clock that the test turns.

import t from 'tap'
import { WriteQuota } from './write-quota.ts'

t.test('O1.8: a window has as many writes as the quota says, and the next begins when it is over', (t) => {
  const clock = { now: 1_000 }
  const quota = new WriteQuota({ writes: 2, windowMs: 100 }, () => clock.now)
  t.equal(quota.take(), 0)
  clock.now += 40
  t.equal(quota.take(), 0)
  t.equal(quota.take(), 60, 'the rest of the window')
  clock.now += 59
  t.equal(quota.take(), 1)
  clock.now += 1
  t.equal(quota.take(), 0)
  t.end()
})
