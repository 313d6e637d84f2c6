// Differences between documents: by path, with names that every object seems to have.

import t from 'tap'
import { describeDifference, differencesBetween } from './differences.ts'

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
