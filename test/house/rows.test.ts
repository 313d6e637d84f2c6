// Each mistake of docs/xds-rows.md that this version promises not to make has its tests, and the page names them.

import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** X1-X31, X33-X38; the rest belongs to later work. */
const PROMISED = [...range(1, 31), ...range(33, 38)].map((number) => `X${number}`)

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

/** Rows by the test files whose titles begin with them: X14, X15. */
function rowsInTitles(): Map<string, string[]> {
  const files = globSync('{*,*/**}/*.test.ts', { cwd: root, exclude: ['node_modules', '.*'] })
  const rows = new Map<string, string[]>()
  for (const file of files.filter((name) => !name.endsWith('/rows.test.ts')).sort()) {
    const text = readFileSync(`${root}${file}`, 'utf8')
    const titles = text.matchAll(/['"`]((?:X\d+(?:, )?)+):/g)
    const inFile = new Set([...titles].flatMap(([, list = '']) => list.split(', ')))
    for (const row of inFile) rows.set(row, [...(rows.get(row) ?? []), file])
  }
  return rows
}

/** Rows of the page's table with the files in its last column. */
function rowsOnPage(): Map<string, string[]> {
  const page = readFileSync(`${root}docs/xds-rows.md`, 'utf8')
  const rows = page.matchAll(/^\| (X\d+) \|.*\|([^|]*)\|$/gm)
  return new Map(
    [...rows].map(([, row = '', tests = '']) => [
      row,
      [...tests.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
    ]),
  )
}

t.test('every promised row has a test whose title begins with it', async (t) => {
  const tested = rowsInTitles()
  for (const row of PROMISED) t.ok(tested.has(row), row)
})

t.test('the page lists the promised rows, each with the files that test it', async (t) => {
  const tested = rowsInTitles()
  const page = rowsOnPage()
  t.strictSame([...page.keys()], PROMISED)
  for (const [row, files] of page) t.strictSame(files, tested.get(row), row)
})
