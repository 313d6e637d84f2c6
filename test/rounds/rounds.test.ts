// Test files that run several times: which ones, what is kept of them, and what the table says.

import t from 'tap'
import { testFolder } from '../support/test-folder.ts'
import { chooseTests } from './choose-tests.ts'
import { RoundsFolder } from './file-rounds.ts'
import { fingerprintOfPrograms, KINDS_OF_INPUTS } from './programs.ts'
import { describeRounds, failedRounds } from './rounds-table.ts'

const SOURCES = new Map(
  ['test/envoy/flip.test.ts', 'test/envoy/run.test.ts', 'testbed/hop.test.ts', 'testbed/hop.ts'].map(
    (path) => [path, ''],
  ),
)
const PASSED = {
  begun: '2026-11-30T08:00:00.000Z',
  passed: 3,
  failed: 0,
  skipped: 0,
  milliseconds: 1500,
  log: 'a.log',
}
const ROUNDS = { file: 'test/envoy/flip.test.ts', fingerprint: 'f', busy: 4, rounds: [PASSED] }

t.test('files and folders choose tests, twin: a path without tests is refused', async (t) => {
  t.strictSame(chooseTests(SOURCES, ['test/envoy/', './testbed/hop.test.ts']), [
    'test/envoy/flip.test.ts',
    'test/envoy/run.test.ts',
    'testbed/hop.test.ts',
  ])
  t.strictSame(chooseTests(SOURCES, ['test/envoy/run.test.ts']), ['test/envoy/run.test.ts'])
  t.equal(chooseTests(SOURCES, []).length, 3, 'all without a choice')
  t.throws(() => chooseTests(SOURCES, ['test/env', 'testbed/hop.ts', 'testbed']), {
    message: /^no test: test\/env, testbed\/hop\.ts\./,
  })
})

t.test('rounds are kept for the same code beside as many busy loops', async (t) => {
  const folder = new RoundsFolder(testFolder(t))
  t.equal(folder.read(ROUNDS.file, 'f', 4), undefined)
  folder.write(ROUNDS)
  t.strictSame(folder.read(ROUNDS.file, 'f', 4), ROUNDS)
  t.equal(folder.read(ROUNDS.file, 'changed', 4), undefined)
  t.equal(folder.read(ROUNDS.file, 'f', 0), undefined)
})

t.test('rounds begin anew when a program or what it reads changes, twin: not for another test', (t) => {
  const policy = { path: 'services/authorizer/policy.rego', text: 'allow := true' }
  const before = fingerprintOfPrograms(SOURCES, [policy], '{}')
  const after = (sources: ReadonlyMap<string, string>, inputs = [policy]) =>
    fingerprintOfPrograms(sources, inputs, '{}')
  t.not(after(SOURCES, [{ ...policy, text: 'allow := false' }]), before)
  t.not(after(new Map([...SOURCES, ['testbed/hop.ts', 'changed']])), before)
  t.equal(after(new Map([...SOURCES, ['testbed/hop.test.ts', 'changed']])), before)
  t.same(
    ['rego', 'py', 'yaml', 'proto'].filter((kind) => !KINDS_OF_INPUTS.includes(kind)),
    [],
  )
  t.end()
})

t.test('the table has a row for each file, and the log of each failed round', async (t) => {
  const failed = { ...PASSED, failed: 1, skipped: 2, milliseconds: 61_000, log: 'b.log' }
  const flaky = { ...ROUNDS, rounds: [PASSED, failed, PASSED] }
  t.strictSame(failedRounds(flaky), [failed])
  const [table = '', ...rest] = describeRounds([flaky, { ...ROUNDS, file: 'test/envoy/run.test.ts' }])
  const [, first, second] = table.split('\n').map((line) => line.trim().split(/\s+/))
  t.strictSame(first, ['test/envoy/flip.test.ts', '3', '1', '2', '61.0', 's'])
  t.strictSame(second, ['test/envoy/run.test.ts', '1', '0', '1.5', 's'])
  t.strictSame(rest, ['failed: b.log', '4 rounds of 2 files, 1 failed'])
})
