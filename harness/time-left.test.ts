// How long the rest of a scenario takes.

import t from 'tap'
import { PROFILE } from './profile.ts'
import { estimateOf, TimeLeft } from './time-left.ts'

const A = { id: 'a', seconds: 10 }
const B = { id: 'b', seconds: 20 }

t.test('a run is estimated by its seconds, or by its profile', async (t) => {
  t.equal(estimateOf(A, PROFILE.full), 10)
  t.equal(estimateOf({}, PROFILE.full), 10 + 60 + 1)
})

t.test('runs that take twice as long as estimated double the rest', async (t) => {
  const timeLeft = new TimeLeft(PROFILE.full)
  t.equal(timeLeft.of([A, B, A, B]), 60)
  timeLeft.took(A, 20)
  t.equal(timeLeft.of([B, A, B]), 40 + 20 + 40)
  timeLeft.took(B, 60)
  t.equal(timeLeft.of([A, B]), 20 + 60, 'what a run took last counts')
})

t.test('a run that was skipped takes no time, and changes no estimate', async (t) => {
  const timeLeft = new TimeLeft(PROFILE.full)
  timeLeft.took(A, 0)
  t.equal(timeLeft.of([A, B]), 20)
})
