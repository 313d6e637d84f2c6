// Limits have defaults, and a limit that makes no sense is a problem with its path.

import t from 'tap'
import { LIMITS, limitsOf } from './limits.ts'

t.test('X85: an address may have as many streams as the server, unless a limit says otherwise', async (t) => {
  t.match(limitsOf(), { streams: 100_000, streamsOfPeer: 100_000, streamsOfNode: 10_000 })
  t.match(limitsOf({ streams: 5 }), { streams: 5, streamsOfPeer: 5, names: 250_000 })
  t.strictSame(limitsOf({ streams: undefined } as object), limitsOf())
  t.match(limitsOf({ streams: 5, streamsOfPeer: 2 }), { streams: 5, streamsOfPeer: 2 })
})

t.test('a limit is a whole number from 1 on', async (t) => {
  t.strictSame(LIMITS({ streams: 1, names: 2 ** 40 }, 'limits'), [])
  const wrong = { streams: 0, names: 1.5, nameBytes: Number.NaN, namesOfNode: Number.POSITIVE_INFINITY }
  t.strictSame(
    LIMITS(wrong, 'limits').map(({ path }) => path),
    Object.keys(wrong).map((name) => `limits.${name}`),
  )
  t.match(LIMITS({ steams: 3 }, 'limits'), [{ path: 'limits.steams', message: /Use one of: streams, / }])
})
