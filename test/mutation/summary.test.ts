// Scores and survivors of made-up reports.

import t from 'tap'
import type { FileReport, MutantOutcome } from './file-report.ts'
import { countOf, describeScores, describeSurvivors, scoreOf } from './summary.ts'

const mutant = (status: MutantOutcome['status'], line = 1): MutantOutcome => ({
  status,
  line,
  column: 5,
  mutator: 'BlockStatement',
  original: '{\n  return a\n}',
  replacement: '{}',
})

const report = (file: string, ...mutants: MutantOutcome[]): FileReport => ({ file, fingerprint: '', mutants })

t.test(
  'a timeout finds a mutant, a mutant that no test reaches survives, one that did not run is neither',
  async (t) => {
    const counts = countOf([
      mutant('Killed'),
      mutant('Timeout'),
      mutant('Survived'),
      mutant('NoCoverage'),
      mutant('RuntimeError'),
    ])
    t.strictSame(counts, { found: 2, survived: 2, errors: 1 })
    t.equal(scoreOf(counts), 50)
  },
)

t.test('no mutants have no score, instead of NaN', async (t) => {
  t.equal(scoreOf(countOf([])), undefined)
  t.strictSame(describeScores([report('xds-server/nodes/events.ts')]), [
    'xds-server/nodes: no mutants',
    'all: no mutants',
  ])
})

t.test('a survivor is described by its place and its mutation, in one line', async (t) => {
  const file = report('xds-server/a/a.ts', mutant('Survived', 7), mutant('Killed'), mutant('NoCoverage', 9))
  t.strictSame(describeSurvivors(file), [
    'xds-server/a/a.ts:7:5 BlockStatement: { return a } → {}',
    'xds-server/a/a.ts:9:5 BlockStatement, which no test reaches: { return a } → {}',
  ])
})

t.test('a mutant that did not run is listed beside the survivors, with the reason', async (t) => {
  t.strictSame(describeSurvivors(report('xds-server/a.ts', mutant('RuntimeError', 3))), [
    'xds-server/a.ts:3:5 BlockStatement, which did not run (RuntimeError): { return a } → {}',
  ])
})

t.test('a long mutation is cut', async (t) => {
  const [line] = describeSurvivors(
    report('xds-server/a.ts', { ...mutant('Survived'), original: 'x'.repeat(500) }),
  )
  t.match(line, /: x{100}… → \{\}$/)
})

t.test('scores are those of all mutants of a folder, not the mean of its files', async (t) => {
  const reports = [
    report('xds-server/a/one.ts', mutant('Killed'), mutant('Killed'), mutant('Killed')),
    report('xds-server/a/two.ts', mutant('Survived')),
    report('xds-server/b/three.ts', mutant('Killed'), mutant('CompileError')),
  ]
  t.strictSame(describeScores(reports), [
    'xds-server/a: 75.0 % (3 of 4)',
    '  xds-server/a/one.ts: 100.0 % (3 of 3)',
    '  xds-server/a/two.ts: 0.0 % (0 of 1)',
    'xds-server/b: 100.0 % (1 of 1, 1 did not run)',
    'all: 80.0 % (4 of 5, 1 did not run)',
  ])
})
