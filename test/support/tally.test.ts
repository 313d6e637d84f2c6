// The counts at the end of `npm test`, from tap output of test files with every kind of result.
import t from 'tap'
import { Parser } from 'tap-parser'
import { describeCounts, describeFailure, describeFile } from './describe-tally.ts'
import { countTests, type FileReport, sumOf } from './tally.ts'

function count(output: string) {
  const files: FileReport[] = []
  const parser = new Parser()
  const tally = countTests(parser, (file) => files.push(file))
  parser.end(output)
  return { tally, files }
}

const cases = [
  {
    title: 'a test is counted once, however many assertions it makes',
    output: `
# Subtest: test/x.test.ts
    # Subtest: adds
        ok 1 - one
        ok 2 - two
        1..2
    ok 1 - adds
    1..1
ok 1 - test/x.test.ts
1..1
`,
    counts: '1 passed, 0 failed',
  },
  {
    title: 'a test that contains tests is not counted itself',
    output: `
# Subtest: test/x.test.ts
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
not ok 1 - test/x.test.ts
1..1
`,
    counts: '1 passed, 1 failed',
    failures: [['test/x.test.ts', 'group', 'second']],
  },
  {
    title: 'a group with a failed assertion of its own counts as failed in addition to its tests',
    output: `
# Subtest: test/x.test.ts
    # Subtest: group
        # Subtest: first
            ok 1 - one
            1..1
        ok 1 - first
        not ok 2 - of the group itself
        1..2
    not ok 1 - group
    1..1
not ok 1 - test/x.test.ts
1..1
`,
    counts: '1 passed, 1 failed',
    failures: [['test/x.test.ts', 'group']],
  },
  {
    title: 'a file without tests of its own counts as one',
    output: `
# Subtest: test/flat.test.ts
    ok 1 - one
    ok 2 - two
    1..2
ok 1 - test/flat.test.ts
1..1
`,
    counts: '1 passed, 0 failed',
  },
  {
    title: 'a file that dies before its first test counts as failed',
    output: `
# Subtest: test/dead.test.ts
    1..0 # no tests found
not ok 1 - test/dead.test.ts
  ---
  exitCode: 1
  ...
1..1
`,
    counts: '0 passed, 1 failed',
    failures: [['test/dead.test.ts']],
  },
  {
    title: 'a file that dies inside a test keeps its passed tests, and that test counts as failed',
    output: `
# Subtest: test/dead.test.ts
    # Subtest: passes
        ok 1 - one
        1..1
    ok 1 - passes
    # Subtest: dies
        ok 1 - two
not ok 1 - test/dead.test.ts
  ---
  signal: SIGKILL
  ...
1..1
`,
    counts: '1 passed, 1 failed',
    failures: [['test/dead.test.ts', 'dies']],
  },
  {
    title: 'a file that dies after its last test counts as failed in addition to its tests',
    output: `
# Subtest: test/dead.test.ts
    # Subtest: passes
        ok 1 - one
        1..1
    ok 1 - passes
    1..1
not ok 1 - test/dead.test.ts
  ---
  exitCode: 3
  ...
1..1
`,
    counts: '1 passed, 1 failed',
    failures: [['test/dead.test.ts']],
  },
  {
    title: 'if a run ends inside a file, that file counts as failed',
    output: `
# Subtest: test/x.test.ts
    ok 1 - one
`,
    counts: '0 passed, 1 failed',
    failures: [['test/x.test.ts']],
  },
  {
    title: 'tests skipped by option, by plan and as todo are counted separately, with their reasons',
    output: `
# Subtest: test/x.test.ts
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
ok 1 - test/x.test.ts
1..1
`,
    counts: '1 passed, 0 failed, 3 skipped',
    reasons: ['no nginx', 'no envoy'],
  },
]

for (const { title, output, counts, failures = [], reasons = [] } of cases) {
  t.test(title, async (t) => {
    const { tally, files } = count(`TAP version 14${output}`)
    t.equal(describeCounts(tally), counts)
    t.strictSame(
      tally.failures.map(({ titles }) => titles),
      failures,
    )
    t.strictSame([...tally.reasonsToSkip], reasons)
    t.equal(files.length, 1, 'the file is reported')
  })
}

t.test('the counts of several files add up', async (t) => {
  const { tally, files } = count(`TAP version 14
# Subtest: test/a.test.ts
    ok 1 - one
    1..1
ok 1 - test/a.test.ts # time=1500ms
# Subtest: test/b.test.ts
    not ok 1 - two
    1..1
not ok 2 - test/b.test.ts
1..2
`)
  t.equal(describeCounts(tally), '1 passed, 1 failed')
  t.match(files.map(describeFile), [
    /test\/a\.test\.ts {2}1 passed, 0 failed.*1\.5 s/,
    /test\/b\.test\.ts {2}0 passed, 1 failed/,
  ])
})

t.test('a failure shows its titles, its place and the difference', async (t) => {
  const { tally } = count(`TAP version 14
# Subtest: test/x.test.ts
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
not ok 1 - test/x.test.ts
1..1
`)
  const text = tally.failures.map(describeFailure).join('')
  for (const part of ['test/x.test.ts › adds', 'should be equal (test/x.test.ts:3)', '    -2\n    +1']) {
    t.match(text, part)
  }
})

t.test('a file that died shows how its process ended', async (t) => {
  const { tally } = count(`TAP version 14
# Subtest: test/x.test.ts
    1..0
not ok 1 - test/x.test.ts
  ---
  command: node
  exitCode: 3
  signal: null
  ...
1..1
`)
  const text = tally.failures.map(describeFailure).join('')
  t.match(text, 'exitCode: 3')
  t.notMatch(text, 'command')
  t.notMatch(text, 'signal')
})

t.test('the counts, failures and reasons of two runs are added up', async (t) => {
  const [plain, failing] = [
    { passed: 2, failed: 0, skipped: 1, failures: [], reasonsToSkip: new Set(['nginx is missing']) },
    {
      ...{ passed: 1, failed: 1, skipped: 1, reasonsToSkip: new Set(['nginx is missing']) },
      failures: [{ titles: ['b.test.ts'], assertions: [] }],
    },
  ]
  t.strictSame(sumOf([plain, failing]), {
    ...{ passed: 3, failed: 1, skipped: 2, reasonsToSkip: new Set(['nginx is missing']) },
    failures: [{ titles: ['b.test.ts'], assertions: [] }],
  })
})
