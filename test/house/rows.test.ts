// Each row of docs/xds-rows.md has its tests, and the page is the one that `npm run docs` writes.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { testsOfRows, XDS_ROWS, xdsRowsTable } from './xds-rows.ts'

t.test('every row has a test whose title begins with its code', async (t) => {
  const tests = testsOfRows()
  for (const row of Object.keys(XDS_ROWS)) t.ok(tests.has(row), row)
})

/** Rules of the protocol that Switchyard does not have yet: time to live, deletion modes. */
const NOT_YET = ['X32', 'X40']

t.test('the rows are X1 to X56, in order, without those that are not built yet', async (t) => {
  const codes = Array.from({ length: 56 }, (_, index) => `X${index + 1}`)
  t.strictSame(
    Object.keys(XDS_ROWS),
    codes.filter((code) => !NOT_YET.includes(code)),
  )
})

t.test('the table in docs/xds-rows.md is up to date: npm run docs writes it', async (t) => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/xds-rows.md', import.meta.url)), 'utf8')
  t.ok(page.includes(xdsRowsTable()))
})
