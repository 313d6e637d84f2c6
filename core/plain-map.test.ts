// Maps in plain values: what counts as one, and which of its names are its own.

import t from 'tap'
import { isMap, ownValue } from './plain-map.ts'

t.test('a map is neither a list nor null', async (t) => {
  t.ok(isMap({}))
  t.ok(isMap(Object.create(null)))
  for (const other of [[], null, undefined, 'text', 7]) t.notOk(isMap(other))
})

t.test('only names of its own have a value', async (t) => {
  t.equal(ownValue({ a: 1 }, 'a'), 1)
  t.equal(ownValue({ a: 1 }, 'b'), undefined)
  t.equal(ownValue({}, 'constructor'), undefined)
})
