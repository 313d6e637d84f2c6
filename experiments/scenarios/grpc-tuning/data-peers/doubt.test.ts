// Rounds that differ leave no doubt; few rounds, and rounds that mix, do.

import t from 'tap'
import { doubtOf } from './doubt.ts'

t.test('O7.6: a recommendation says where its rounds cannot tell', async (t) => {
  t.equal(doubtOf([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]), '')
  t.match(doubtOf([1, 2], [6, 7]), 'too few rounds')
  t.match(doubtOf([10, 10.1, 10.2, 10.3, 10.4], [10, 10.1, 10.2, 10.3, 10.4]), 'not distinguishable')
})
