// Names as URIs: two spellings of one name are one name.

import t from 'tap'
import { canonicalName } from './xdstp-name.ts'

const NAMES: readonly [written: string, canonical: string][] = [
  ['xdstp://a/T/n?b=2&a=1', 'xdstp://a/T/n?a=1&b=2'],
  ['xdstp://a/T/n?a=1&b=2', 'xdstp://a/T/n?a=1&b=2'],
  ['xdstp://a/T/n?b=2&a=1#entry=x', 'xdstp://a/T/n?a=1&b=2#entry=x'],
  ['xdstp://a/T/n', 'xdstp://a/T/n'],
  ['grpc/server?b=2&a=1', 'grpc/server?b=2&a=1'],
  ['*', '*'],
]

for (const [written, canonical] of NAMES) {
  t.test(`${written} is ${canonical}`, async (t) => {
    t.equal(canonicalName(written), canonical)
    t.equal(canonicalName(canonical), canonical)
  })
}
