// Each output, read back by a reader of its format: all tests are there, and nothing of a name or a message is taken for markup.

import { spawnSync } from 'node:child_process'
import t from 'tap'
import { Parser } from 'tap-parser'
import { requireTool } from '../../test/support/requirements.ts'
import type { CellResult, RunResult } from '../result.ts'
import { REPORT_FORMATS } from './formats.ts'
import { annotateProblems } from './github.ts'
import { withPathsFrom } from './relative-paths.ts'
import { reportOfRun } from './report.ts'

const HOSTILE = 'a "b" <c> & d # SKIP, e: 100%\n::error::f \\ \u0000'

const cell = (more: Partial<CellResult>): CellResult => ({
  file: 'shop.test.yaml',
  line: 14,
  call: 'read',
  caller: 'alice',
  passed: true,
  problems: [],
  expected: { status: 'OK' },
  observed: { status: 'OK', message: '', upstream: 'orders', headers: { 'x-user': 'alice' }, tries: 1 },
  milliseconds: 7,
  ...more,
})

const RUN: RunResult = {
  cells: [
    cell({}),
    cell({
      line: 15,
      caller: HOSTILE,
      passed: false,
      problems: [`it gives PERMISSION_DENIED (${HOSTILE}), not OK`, 'it reaches no upstream, not orders'],
      observed: { status: 'PERMISSION_DENIED', message: HOSTILE, headers: {}, tries: 0 },
    }),
    cell({ file: 'other.test.yaml', line: 3, expected: { status: ['OK', 'NOT_FOUND'] } }),
  ],
  milliseconds: 1_234,
  envoy: '1.40.0',
}
const REPORT = reportOfRun(RUN)

t.test('TAP: a reader finds each test, and the facts about a failure', async (t) => {
  const parsed = Parser.parse(REPORT_FORMATS.tap(REPORT))
  const points = parsed.flatMap(([type, value]) => (type === 'assert' ? [value] : []))
  t.same(
    points.map(({ ok, name, skip, time }) => ({ ok, name, skip, time })),
    [
      { ok: true, name: 'read by alice: OK', skip: false, time: 7 },
      {
        ok: false,
        name: 'read by a "b" <c> & d # SKIP, e: 100% ::error::f \\ \u0000: OK',
        skip: false,
        time: 7,
      },
      { ok: true, name: 'read by alice: OK or NOT_FOUND', skip: false, time: 7 },
    ],
  )
  const [, failure] = points
  t.same(failure?.diag, {
    problems: RUN.cells[1]?.problems,
    at: { file: 'shop.test.yaml', line: 15 },
    expected: { status: 'OK' },
    observed: RUN.cells[1]?.observed,
  })
  const [, results] = parsed.findLast(([type]) => type === 'complete') ?? []
  t.match(results, { ok: false, count: 3, pass: 2, fail: 1, failures: [{ id: 2 }] })
})

/** What Python's reader of XML finds: a second opinion about what is well formed. */
const READ_XML = `
import json, sys, xml.etree.ElementTree as tree
def plain(e): return [e.tag, e.attrib, (e.text or '').strip(), [plain(c) for c in e]]
print(json.dumps(plain(tree.fromstring(sys.stdin.buffer.read()))))
`
type Element = [tag: string, attributes: Record<string, string>, text: string, children: Element[]]

t.test('JUnit: a reader of XML finds a suite for each file, and counts that are right', async (t) => {
  if (!requireTool(t, 'pip')) return
  const { stdout, stderr } = spawnSync('python3', ['-c', READ_XML], { input: REPORT_FORMATS.junit(REPORT) })
  t.equal(String(stderr), '')
  const [tag, attributes, , suites]: Element = JSON.parse(String(stdout))
  t.equal(tag, 'testsuites')
  t.match(attributes, { tests: '3', failures: '1', errors: '0', time: '1.234' })
  t.same(
    suites.map(([, { name, tests, failures }]) => [name, tests, failures]),
    [
      ['shop.test.yaml', '2', '1'],
      ['other.test.yaml', '1', '0'],
    ],
  )
  const [, failed] = suites[0]?.[3] ?? []
  const [, { name, line } = {}, , [failure] = []] = failed ?? []
  // Neither a line break in an attribute nor a NUL exists in XML.
  t.equal(name, 'read by a "b" <c> & d # SKIP, e: 100% ::error::f \\ \ufffd: OK')
  t.equal(line, '15')
  t.equal(failure?.[0], 'failure')
  t.match(failure?.[1].message, /; it reaches no upstream, not orders$/)
  t.match(JSON.parse(failure?.[2] ?? ''), { expected: { status: 'OK' }, observed: { tries: 0 } })
})

t.test('GitHub: one annotation for each failure, each on one line, and the tally', async (t) => {
  const [annotation = '', tally, ...rest] = REPORT_FORMATS.github(REPORT).split('\n')
  t.equal(tally, '2 passed, 1 failed')
  t.same(rest, [''])
  // As the runner reads it: properties end at the first "::", and escapes are undone afterwards.
  const [, properties = '', data = ''] = /^::error (.*?)::(.*)$/.exec(annotation) ?? []
  const undo = (text: string) =>
    text
      .replaceAll('%2C', ',')
      .replaceAll('%3A', ':')
      .replaceAll('%0A', '\n')
      .replaceAll('%0D', '\r')
      .replaceAll('%25', '%')
  const read = Object.fromEntries(properties.split(',').map((one) => one.split('=').map(undo)))
  t.same(read, { file: 'shop.test.yaml', line: '15', title: `read by ${HOSTILE}: OK` })
  t.equal(undo(data), RUN.cells[1]?.problems.join('\n'))
})

t.test('GitHub: what is wrong with a file is an annotation on its line too', async (t) => {
  const problems = [
    { path: '/repository/shop/a.yaml:3:9 callers.alice', message: 'unknown field' },
    { path: 'calls.read', message: 'is missing' },
  ]
  t.equal(
    annotateProblems(problems, (file) => file.replace('/repository/', '')),
    '::error file=shop/a.yaml,line=3,title=callers.alice::unknown field\n::error title=calls.read::is missing\n',
  )
})

t.test('paths are as the top of the repository sees them', async (t) => {
  const { tests } = withPathsFrom(
    process.cwd(),
    reportOfRun({ ...RUN, cells: [cell({ file: `${process.cwd()}/a/b.yaml` })] }),
  )
  t.equal(tests[0]?.file, 'a/b.yaml')
})

t.test('the twin: without failures there is nothing but the tally', async (t) => {
  const passed = reportOfRun({ ...RUN, cells: RUN.cells.filter((one) => one.passed) })
  t.equal(REPORT_FORMATS.github(passed), '2 passed, 0 failed\n')
  t.notMatch(REPORT_FORMATS.junit(passed), '<failure')
  t.notMatch(REPORT_FORMATS.tap(passed), 'not ok')
})
