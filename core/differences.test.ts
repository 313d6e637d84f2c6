// Differences between documents: by path, with names that every object seems to have.

import t from 'tap'
import { describeDifference, differencesBetween, isSameJson } from './differences.ts'

const CASES: readonly [title: string, before: unknown, after: unknown, lines: readonly string[]][] = [
  ['equal documents', { a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 2 }] } }, []],
  ['a changed value', { a: { b: 1 } }, { a: { b: 'x' } }, ['a.b: 1 → "x"']],
  ['lists as one value', { a: [1, 2] }, { a: [2] }, ['a: [1,2] → [2]']],
  ['a map that is added or removed', { a: { b: 1 } }, { c: {} }, ['a: removed: {"b":1}', 'c: added: {}']],
  ['a map instead of a value', { a: 1 }, { a: { b: 1 } }, ['a: 1 → {"b":1}']],
  ['a name with dots', { 'a.b': 1 }, {}, ['["a.b"]: removed: 1']],
  [
    'names of the prototype',
    { constructor: 1 },
    JSON.parse('{"toString":2,"__proto__":3}'),
    ['constructor: removed: 1', 'toString: added: 2', '__proto__: added: 3'],
  ],
]

for (const [title, before, after, lines] of CASES) {
  t.test(`differences of ${title}`, async (t) => {
    const found = differencesBetween(before, after).map((one) => `${one.path}: ${describeDifference(one)}`)
    t.same(found, lines)
  })
}

t.test('lists can be compared item by item', async (t) => {
  const found = differencesBetween({ a: [{ b: 1 }, 2] }, { a: [{ b: 3 }, 2, 4] }, { intoLists: true })
  t.same(
    found.map((one) => `${one.path}: ${describeDifference(one)}`),
    ['a.0.b: 1 → 3', 'a.2: added: 4'],
  )
})

t.test('the order of fields does not count, the order of items does', async (t) => {
  t.ok(isSameJson({ a: 1, b: [{ c: 1, d: 2 }] }, { b: [{ d: 2, c: 1 }], a: 1 }))
  t.notOk(isSameJson([1, 2], [2, 1]))
  t.notOk(isSameJson({}, []))
  t.notOk(isSameJson(null, {}))
})
