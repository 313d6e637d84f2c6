// Seconds as people say them.

import t from 'tap'
import { describeSeconds } from './duration.ts'

t.test('seconds become minutes and hours when there are many', async (t) => {
  t.strictSame([0.4, 45.4, 89.4, 90, 750, 7_200, 7_500].map(describeSeconds), [
    '0 s',
    '45 s',
    '89 s',
    '2 min',
    '13 min',
    '2 h',
    '2 h 5 min',
  ])
})
