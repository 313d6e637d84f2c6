// Each row of docs/xds-rows.md has its tests, and the page is the one that `npm run docs` writes. Each bug of docs/known-bugs-elsewhere.md has
// a report and a test.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { DOCUMENTS } from './xds-documents.ts'
import { XDS_ROWS } from './xds-rows.ts'
import { testsOfRows, xdsRowsTable } from './xds-rows-table.ts'

t.test('every row has a test whose title begins with its code', async (t) => {
  const tests = testsOfRows()
  for (const row of Object.keys(XDS_ROWS)) t.ok(tests.has(row), row)
})

t.test('the rows are numbered from X1 on, without a gap', async (t) => {
  const codes = Object.keys(XDS_ROWS)
  t.strictSame(
    codes,
    codes.map((_, index) => `X${index + 1}`),
  )
})

t.test('every source of a row is a document that is listed, or an issue of a repository', async (t) => {
  for (const [row, { sources }] of Object.entries(XDS_ROWS))
    for (const source of sources)
      t.ok(DOCUMENTS[source] !== undefined || /^[\w.-]+\/[\w.-]+#\d+$/.test(source), `${row}: ${source}`)
})

t.test('the table in docs/xds-rows.md is up to date: npm run docs writes it', async (t) => {
  t.ok(read('docs/xds-rows.md').includes(xdsRowsTable()))
})

t.test('each bug in docs/known-bugs-elsewhere.md has a report, and tests with these titles', async (t) => {
  const bugs = read('docs/known-bugs-elsewhere.md').split(/^- /m).slice(1)
  t.ok(bugs.length >= 15, `${bugs.length} bugs`)
  for (const bug of bugs) {
    const [name = ''] = bug.split('.')
    t.match(bug, /\]\(https:\/\/github\.com\/[\w-]+\/[\w-]+\/(issues|pull)\/\d+\)/, name)
    const tests = [...bug.matchAll(/^ {2}- `(.+)`: “(.+)”$/gm)]
    t.equal(tests.length, bug.split(/^ {2}- /m).length - 1, `${name}: each line names a file and a title`)
    t.ok(tests.length > 0, `${name} has a test`)
    for (const [, file = '', title = ''] of tests) {
      const begins = ["'", '"', '`'].map((quote) => quote + title)
      const source = existsSync(pathOf(file)) ? read(file) : ''
      t.ok(
        begins.some((begin) => source.includes(begin)),
        `${file} has “${title}”`,
      )
    }
  }
})

function pathOf(file: string): string {
  return fileURLToPath(new URL(`../../${file}`, import.meta.url))
}

function read(file: string): string {
  return readFileSync(pathOf(file), 'utf8')
}
