// Seconds as people say them.

import t from 'tap'
import { describeSeconds } from './duration.ts'

t.test('seconds become minutes and hours when there are many', async (t) => {
  t.strictSame([0.4, 42, 99, 100, 5_900, 6_000].map(describeSeconds), [
    '0 s',
    '42 s',
    '99 s',
    '2 min',
    '98 min',
    '1.7 h',
  ])
})
