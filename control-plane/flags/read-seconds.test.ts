// Seconds of a flag become milliseconds, within bounds.

import t from 'tap'
import { readSeconds } from './read-seconds.ts'

t.test('seconds are decimal numbers within bounds', async (t) => {
  t.strictSame(
    ['0.1', '2', '10'].map((text) => readSeconds('--wait', text, 0.1, 10)),
    [100, 2_000, 10_000],
  )
  for (const text of ['', '0', '11', '2s', '-1', '1e1', ' 2'])
    t.throws(() => readSeconds('--wait', text, 0.1, 10), {
      code: 'invalid-argument',
      message: /--wait .* 0\.1 to 10/,
    })
})
