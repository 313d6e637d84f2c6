// Each row of docs/xds-rows.md has its tests, and the page is the one that `npm run docs` writes.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
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

t.test('the table in docs/xds-rows.md is up to date: npm run docs writes it', async (t) => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/xds-rows.md', import.meta.url)), 'utf8')
  t.ok(page.includes(xdsRowsTable()))
})
