// What differs between two documents.

import t from 'tap'
import { changedPaths, hasChange } from './changes.ts'

t.test('the changed paths are as deep as the documents differ', async (t) => {
  const before = { a: { b: 1, c: [1] }, gone: true }
  t.same(changedPaths(before, { a: { b: 2, c: [1, 2] }, 'x.y': 1 }), ['a.b', 'a.c', 'gone', '["x.y"]'])
  t.same(changedPaths(before, structuredClone(before)), [])
})

t.test('a document has a change if it has every changed value, whatever else is in it', async (t) => {
  const [before, after] = [
    { a: 1, gone: 1 },
    { a: 2, b: { c: 3 } },
  ]
  t.ok(hasChange({ a: 2, b: { c: 3 }, other: 1 }, before, after))
  t.notOk(hasChange({ a: 1, b: { c: 3 } }, before, after))
  t.notOk(hasChange({ a: 2, b: { c: 3 }, gone: 1 }, before, after), 'a removal is a change too')
})
