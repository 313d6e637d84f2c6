// The address of a view.

import t from 'tap'
import { formatRoute, parseRoute } from './route.ts'

t.test('an address names a view with its parameters, and comes back the same', async (t) => {
  const hash = formatRoute('time', { fleet: 'a&b', from: '2026-01-01T00:00:00Z', to: undefined })
  const { view, params } = parseRoute(hash)
  t.equal(view, 'time')
  t.same(
    [...params],
    [
      ['fleet', 'a&b'],
      ['from', '2026-01-01T00:00:00Z'],
    ],
  )
})

t.test('an address without a view, or without a fragment, names the first one', async (t) => {
  for (const hash of ['', '#', '#/', '#/?fleet=edge']) t.equal(parseRoute(hash).view, '')
})
