// The rule of the recommendations: who is best, who is as good, and who cannot be told.

import t from 'tap'
import { choose, extraOf } from './choose.ts'

const candidate = (title: string, ...values: readonly number[]) => ({ title, values })
const FAST = candidate('fast', 10, 11, 10, 11, 10)
const AS_FAST = candidate('as fast', 11, 10, 11, 10, 11)
const SLOW = candidate('slow', 20, 21, 20, 21, 22)

t.test('O8.33: the best and those that rounds cannot tell from it are recommended', async (t) => {
  const choice = choose([SLOW, AS_FAST, FAST], true)
  t.match(choice, { best: { title: 'fast' }, value: 10, asGood: [{ title: 'as fast' }], isUndecided: false })
  t.match(choose([SLOW, FAST], false), { best: { title: 'slow' }, asGood: [] }, 'of throughputs, the highest')
})

t.test('O8.33: with one round nothing is decided, and what was not measured is no candidate', async (t) => {
  t.match(choose([candidate('a', 1), candidate('b', 9)], true), { best: { title: 'a' }, isUndecided: true })
  t.equal(choose([candidate('none')], true), undefined)
  t.match(choose([candidate('none'), SLOW], true), { best: { title: 'slow' }, asGood: [] })
})

t.test('O8.27: an extra is negligible in calls that take twenty times as long', async (t) => {
  t.match(extraOf(FAST.values, SLOW.values), { extra: 11, negligibleFrom: 220 })
  t.equal(extraOf(FAST.values, AS_FAST.values).negligibleFrom, undefined, 'there may be no extra at all')
  t.equal(extraOf(SLOW.values, FAST.values).negligibleFrom, undefined, 'the far one is faster')
})
