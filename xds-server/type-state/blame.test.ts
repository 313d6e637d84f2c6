// Which names a client means by the text of its NACK.

import t from 'tap'
import { blamedNames } from './blame.ts'

const NAMES = ['a', 'b.local', 'web:443', 'c', 'b.loca']

const TEXTS: readonly [text: string, blamed: readonly string[]][] = [
  // Envoy, for clusters and for listeners.
  ['Error adding/updating cluster(s) a: unknown lb policy', ['a']],
  ['Error adding/updating cluster(s) a: bad, b.local: worse', ['a', 'b.local']],
  ['Error adding/updating listener(s) web:443: no filter chains', ['web:443']],
  // gRPC quotes names, or puts them at the end.
  ['INVALID_ARGUMENT: [resource "a": lb policy], ("b.local" is \'web:443\')', ['a', 'b.local', 'web:443']],
  ['cannot apply c.', ['c']],
  ['cannot apply\tc\nor `b.local`', ['b.local', 'c']],
  ['{a}=[c];(b.local)', ['a', 'b.local', 'c']],
  // Parts of words are no names.
  ['bad cab.local.example: local b aa', []],
  ['a.b c:d', []],
  ['', []],
]

for (const [text, blamed] of TEXTS) {
  t.test(`"${text}" means ${blamed.join(' and ') || 'nobody'}`, async (t) => {
    t.same([...blamedNames(text, NAMES)], blamed)
  })
}

t.test('a name at the end of a clause may itself end with its sign', async (t) => {
  t.same([...blamedNames('bad x: and y:', ['x', 'y:'])], ['x', 'y:'])
})

t.test('only the first 16,384 characters are read', async (t) => {
  const spaces = ' '.repeat(16_383)
  t.same([...blamedNames(`${spaces}a b`, ['a', 'b'])], ['a'])
})
