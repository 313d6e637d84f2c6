// Reports are kept until the code that decides them changes.

import t from 'tap'
import { testFolder } from '../support/test-folder.ts'
import { type FileReport, fingerprintOf, ReportFolder } from './file-report.ts'

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

t.test('a report is read back only with its fingerprint', async (t) => {
  const folder = new ReportFolder(testFolder(t))
  t.equal(folder.read('x/a.ts', '1'), undefined)
  const report: FileReport = {
    file: 'x/a.ts',
    fingerprint: '1',
    mutants: [{ status: 'Killed', line: 1, column: 2, mutator: 'm', original: 'a', replacement: 'b' }],
  }
  folder.write(report)
  t.strictSame(folder.read('x/a.ts', '1'), report)
  t.equal(folder.read('x/a.ts', '2'), undefined)
  t.equal(folder.read('x/b.ts', '1'), undefined)
})
