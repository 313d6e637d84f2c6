// Which resources a NACK names, and where they are in the document.

import t from 'tap'
import { describeNacks, namedInNack } from './nacks.ts'

const CASES: readonly [message: string, names: readonly string[], named: readonly string[]][] = [
  ['Error adding/updating listener(s) main: no such filter', ['main', 'other'], ['main']],
  ['invalid certificate/edge: bad key', ['certificate/edge', 'edge', 'ca/edge'], ['certificate/edge']],
  ['"ca/mesh-2.x" has expired.', ['ca/mesh', 'ca/mesh-2', 'ca/mesh-2.x'], ['ca/mesh-2.x']],
  ['edge.', ['edge', 'edge.'], ['edge.']],
  ['in cluster echo.v3.', ['echo', 'echo.v3'], ['echo.v3']],
  ['a:b and xdstp://x/y?z=1#u are bad', ['xdstp://x/y?z=1#u', 'a:b', 'a', 'b'], ['xdstp://x/y?z=1#u', 'a:b']],
  ['ünï failed', ['ünï', 'n'], ['ünï']],
  ['name with space failed', ['name', 'name with space'], ['name with space']],
  ['main2 failed', ['main'], ['main']],
  ['nothing is named', ['a1', 'b1'], ['a1', 'b1']],
]

for (const [message, names, named] of CASES) {
  t.test(`"${message}" names ${named.join(' and ')}`, async (t) => {
    t.same(namedInNack({ version: '', nonce: '', code: 13, message, names }), named)
  })
}

t.test('nodes that NACK nothing have no description', async (t) => {
  t.equal(describeNacks([], new Map()), undefined)
})
