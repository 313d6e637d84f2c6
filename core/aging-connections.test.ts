// Connections that began at once do not end at once.

import t from 'tap'
import { jitteredAge } from './aging-connections.ts'

t.test('X81: ages differ by up to a tenth, by chance', async (t) => {
  t.strictSame(
    [0, 0.5, 1].map((random) => Math.round(jitteredAge(1_000, random))),
    [900, 1_000, 1_100],
  )
})

t.test('X81: an age without an end stays one', async (t) => {
  t.equal(jitteredAge(Number.POSITIVE_INFINITY, 0.5), Number.POSITIVE_INFINITY)
})
