// Medians with their intervals.

import t from 'tap'
import { medianInterval } from './statistics.ts'

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1)

t.test('the interval of a median leaves out as many extremes as 95 % confidence allows', async (t) => {
  // From the binomial distribution with p = 1/2: with 11 values, P(at most 1) = 0.6 % and P(at most 2) = 3.3 %.
  t.strictSame(medianInterval(upTo(11)), { median: 6, low: 2, high: 10 })
  t.strictSame(medianInterval(upTo(30)), { median: 15.5, low: 10, high: 21 })
  t.strictSame(medianInterval(upTo(6)), { median: 3.5, low: 1, high: 6 })
})

t.test('a lower confidence gives a narrower interval', async (t) => {
  t.match(medianInterval(upTo(11), 0.9), { low: 3, high: 9 })
})

t.test('too few values for any interval give the whole range', async (t) => {
  t.strictSame(medianInterval([3, 1, 2]), { median: 2, low: 1, high: 3 })
  t.strictSame(medianInterval([7]), { median: 7, low: 7, high: 7 })
})

t.test('the order of the values does not matter', async (t) => {
  t.strictSame(medianInterval(upTo(11).toReversed()), medianInterval(upTo(11)))
})
