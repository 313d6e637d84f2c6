// The counts at the end of `npm test`, from what test files with every kind of result print.

import t from 'tap'
import { Parser } from 'tap-parser'
import { describeCounts, describeFailure, describeFile } from './describe-tally.ts'
import { countFile, type Ending, sumOf } from './tally.ts'

const ENDED: Ending = { exitCode: 0, signal: null, milliseconds: 1_500 }

function count(output: string, ending: Partial<Ending> = {}, title = 'test/x.test.ts') {
  const parser = new Parser()
  const report = countFile(parser, title)
  parser.end(output)
  return report({ ...ENDED, ...ending })
}

const cases = [
  {
    title: 'a test is counted once, however many assertions it makes',
    output: `
# Subtest: adds
    ok 1 - one
    ok 2 - two
    1..2
ok 1 - adds
1..1
`,
    counts: '1 passed, 0 failed',
  },
  {
    title: 'a test that contains tests is not counted itself',
    output: `
# Subtest: group
    # Subtest: first
        ok 1 - one
        1..1
    ok 1 - first
    # Subtest: second
        not ok 1 - two
        1..1
    not ok 2 - second
    1..2
not ok 1 - group
1..1
`,
    exitCode: 1,
    counts: '1 passed, 1 failed',
    failures: [['test/x.test.ts', 'group', 'second']],
  },
  {
    title: 'a group with a failed assertion of its own counts as failed in addition to its tests',
    output: `
# Subtest: group
    # Subtest: first
        ok 1 - one
        1..1
    ok 1 - first
    not ok 2 - of the group itself
    1..2
not ok 1 - group
1..1
`,
    exitCode: 1,
    counts: '1 passed, 1 failed',
    failures: [['test/x.test.ts', 'group']],
  },
  {
    title: 'a file without tests of its own counts as one',
    output: `
ok 1 - one
ok 2 - two
1..2
`,
    counts: '1 passed, 0 failed',
  },
  {
    title: 'a file with a failed assertion outside its tests counts as failed',
    output: `
not ok 1 - one
1..1
`,
    exitCode: 1,
    counts: '0 passed, 1 failed',
    failures: [['test/x.test.ts']],
  },
  {
    title: 'a file that dies before its first test counts as failed',
    output: '',
    exitCode: 1,
    counts: '0 passed, 1 failed',
    failures: [['test/x.test.ts']],
  },
  {
    title: 'a file that prints nothing counts as failed, although it ends well',
    output: '',
    counts: '0 passed, 1 failed',
    failures: [['test/x.test.ts']],
  },
  {
    title: 'a file that dies inside a test keeps its passed tests, and that test counts as failed',
    output: `
# Subtest: passes
    ok 1 - one
    1..1
ok 1 - passes
# Subtest: dies
    ok 1 - two
`,
    exitCode: null,
    counts: '1 passed, 1 failed',
    failures: [['test/x.test.ts', 'dies']],
  },
  {
    title: 'a file that dies after its last test counts as failed in addition to its tests',
    output: `
# Subtest: passes
    ok 1 - one
    1..1
ok 1 - passes
1..1
`,
    exitCode: 3,
    counts: '1 passed, 1 failed',
    failures: [['test/x.test.ts']],
  },
  {
    title: 'a file that is skipped says why',
    output: `
1..0 # no envoy
`,
    counts: '0 passed, 0 failed, 1 skipped',
    reasons: ['no envoy'],
  },
  {
    title: 'tests skipped by option, by plan and as todo are counted separately, with their reasons',
    output: `
ok 1 - by option # SKIP no nginx
# Subtest: by plan
    1..0 # no envoy
ok 2 - by plan # SKIP no envoy
not ok 3 - later # TODO
# Subtest: runs
    ok 1 - one
    1..1
ok 4 - runs
1..4
`,
    counts: '1 passed, 0 failed, 3 skipped',
    reasons: ['no nginx', 'no envoy'],
  },
] as const

for (const one of cases) {
  t.test(one.title, async (t) => {
    const exitCode = 'exitCode' in one ? one.exitCode : 0
    const file = count(one.output === '' ? '' : `TAP version 14${one.output}`, { exitCode })
    t.equal(describeCounts(file), one.counts)
    t.strictSame(
      file.failures.map(({ titles }) => titles),
      'failures' in one ? one.failures : [],
    )
    t.strictSame([...file.reasonsToSkip], 'reasons' in one ? one.reasons : [])
  })
}

t.test('the counts of several files add up, and each has a line', async (t) => {
  const files = [
    count('TAP version 14\nok 1 - one\n1..1\n', {}, 'test/a.test.ts'),
    count('TAP version 14\nnot ok 1 - two\n1..1\n', { exitCode: 1 }, 'test/b.test.ts'),
    count('TAP version 14\n1..0 # nginx is missing\n', {}, 'test/c.test.ts'),
    count('TAP version 14\n1..0 # nginx is missing\n', {}, 'test/d.test.ts'),
  ]
  const sum = sumOf(files)
  t.equal(describeCounts(sum), '1 passed, 1 failed, 2 skipped')
  t.strictSame([...sum.reasonsToSkip], ['nginx is missing'])
  t.match(files.map(describeFile), [
    /test\/a\.test\.ts {2}1 passed, 0 failed.*1\.5 s/,
    /test\/b\.test\.ts {2}0 passed, 1 failed/,
  ])
})

t.test('a failure shows its titles, its place and the difference', async (t) => {
  const { failures } = count(
    `TAP version 14
# Subtest: adds
    not ok 1 - should be equal
      ---
      at:
        fileName: test/x.test.ts
        lineNumber: 3
      diff: |
        -2
        +1
      ...
    1..1
not ok 1 - adds
1..1
`,
    { exitCode: 1 },
  )
  const text = failures.map(describeFailure).join('')
  for (const part of ['test/x.test.ts › adds', 'should be equal (test/x.test.ts:3)', '    -2\n    +1']) {
    t.match(text, part)
  }
})

t.test('a file that died shows how its process ended', async (t) => {
  const [died, killed] = [{ exitCode: 3 }, { exitCode: null, signal: 'SIGKILL' }].map((ending) =>
    count('TAP version 14\n1..0\n', ending).failures.map(describeFailure).join(''),
  )
  t.match(died, 'exitCode: 3')
  t.notMatch(died, 'signal')
  t.match(killed, "signal: 'SIGKILL'")
})
