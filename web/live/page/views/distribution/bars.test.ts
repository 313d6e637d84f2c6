// Calls by backend as bars.

import t from 'tap'
import { backendsOf, barsOf } from './bars.ts'

const DOCUMENT = {
  upstreams: {
    echo: {
      endpoints: { b1: { address: '127.0.0.1:1' }, b2: { address: '127.0.0.1:2', weight: 2 } },
    },
  },
}
const row = (endpoint: string, calls: number, errors = 0) => ({ upstream: 'echo', endpoint, calls, errors })

t.test('a bar has the share of now, and the one before as its ghost', async (t) => {
  const before = [row('b1', 10)]
  const now = [row('b1', 10, 1), row('b2', 20), row('b1', 10)]
  const [echo] = barsOf(DOCUMENT, before, now)
  t.same(
    echo?.bars.map(({ name, calls, errors, share, before }) => ({ name, calls, errors, share, before })),
    [
      { name: 'b1', calls: 20, errors: 1, share: 0.5, before: 1 },
      { name: 'b2', calls: 20, errors: 0, share: 0.5, before: 0 },
    ],
  )
  t.same([echo?.calls, echo?.errors], [40, 1])
})

t.test('without calls before, there is no ghost; a backend without calls has a bar', async (t) => {
  const [echo] = barsOf(DOCUMENT, [], [row('b1', 5)])
  t.same(
    echo?.bars.map(({ name, share, before }) => [name, share, before]),
    [
      ['b1', 1, undefined],
      ['b2', 0, undefined],
    ],
  )
})

t.test(
  'a row without a name is of the endpoint with its address; others get bars of their own',
  async (t) => {
    const rows = [
      { upstream: 'echo', address: '127.0.0.1:2', calls: 3, errors: 0 },
      { upstream: 'echo', address: '10.0.0.9:80', calls: 1, errors: 0 },
      { upstream: 'echo', calls: 2, errors: 0 },
    ]
    const [echo] = barsOf(DOCUMENT, [], rows)
    t.same(
      echo?.bars.map(({ name, calls }) => [name, calls]),
      [
        ['b1', 0],
        ['b2', 3],
        ['10.0.0.9:80', 1],
        ['not told apart', 2],
      ],
    )
  },
)

t.test('weights are those of the document, and an endpoint that takes no calls has none', async (t) => {
  t.same(
    backendsOf(DOCUMENT, 'echo').map(({ weight }) => weight),
    [1, 2],
  )
  const draining = { upstreams: { echo: { endpoints: { b1: { address: 'x', state: 'draining' } } } } }
  t.same(
    backendsOf(draining, 'echo').map(({ weight }) => weight),
    [0],
  )
  t.same(backendsOf(DOCUMENT, 'none'), [])
})
