// Lists of names that may be long.

import t from 'tap'
import { describeList, describeNames, firstOf, shownNames } from './name-list.ts'

const NAMES = Array.from({ length: 150 }, (_, index) => `${index}`)
const LONG = 'x'.repeat(300)
const CUT = `${'x'.repeat(256)}…`

t.test(
  'X63: a list has the first 100 names and the count of all, and the beginning of a long name',
  async (t) => {
    for (const { count, names } of [
      describeNames(new Set([LONG, ...NAMES])),
      describeList([LONG, ...NAMES]),
    ]) {
      t.same([count, names.length, names[0], names.at(-1)], [151, 100, CUT, '98'])
    }
    t.same(describeNames(new Set(['a'])), { count: 1, names: ['a'] }, 'a short list is whole')
    t.same(shownNames(['x'.repeat(256)]), ['x'.repeat(256)])
    t.same(firstOf(new Set(['a', 'b']), 1), ['a'])
  },
)
