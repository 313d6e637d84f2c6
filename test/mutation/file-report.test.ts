// What makes the outcome of a file stale.

import t from 'tap'
import { fingerprintOf } from './file-report.ts'

const TESTS = ['a.test.ts']
const tree = (changes: Readonly<Record<string, string>> = {}) =>
  new Map(
    Object.entries({
      'a.ts': '1',
      'a.test.ts': `import { a } from './a.ts'\n`,
      'unrelated.ts': '2',
      ...changes,
    }),
  )

t.test('a fingerprint changes with the tests, what they load, the tool, and the packages', async (t) => {
  const before = fingerprintOf(tree(), TESTS, 'lock')
  t.equal(fingerprintOf(tree({ 'unrelated.ts': 'x' }), TESTS, 'lock'), before)
  t.not(fingerprintOf(tree({ 'a.ts': 'x' }), TESTS, 'lock'), before)
  t.not(fingerprintOf(tree({ 'a.test.ts': `import { a } from './a.ts'\n// x` }), TESTS, 'lock'), before)
  t.not(fingerprintOf(tree({ 'test/mutation/a.ts': 'x' }), TESTS, 'lock'), before)
  t.equal(fingerprintOf(tree({ 'test/mutation/a.test.ts': 'x' }), TESTS, 'lock'), before)
  t.not(fingerprintOf(tree(), TESTS, 'other'), before)
  t.not(fingerprintOf(tree(), [...TESTS, 'unrelated.ts'], 'lock'), before)
})
