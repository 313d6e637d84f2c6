// The table of docs/xds-rows.md: the rows with links to their sources, and the tests of each.

import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DOCUMENTS } from './xds-documents.ts'
import { XDS_ROWS } from './xds-rows.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Row codes → the test files with a title that begins with the code, such as `X14, X15: …`. */
export function testsOfRows(): ReadonlyMap<string, readonly string[]> {
  const files = globSync('{*,*/**}/*.test.ts', { cwd: root, exclude: ['node_modules', '.*'] })
  const rows = new Map<string, string[]>()
  for (const file of files.sort()) {
    const titles = readFileSync(root + file, 'utf8').matchAll(/['"`]((?:X\d+(?:, )?)+):/g)
    const inFile = new Set([...titles].flatMap(([, list = '']) => list.split(', ')))
    for (const row of inFile) rows.set(row, [...(rows.get(row) ?? []), file])
  }
  return rows
}

function linkOf(source: string): string {
  const [title, url] = DOCUMENTS[source] ?? [source, `https://github.com/${source.replace('#', '/issues/')}`]
  return `[${title}](${url})`
}

/** The rows as a Markdown table. */
export function xdsRowsTable(): string {
  const tests = testsOfRows()
  const rows = Object.entries(XDS_ROWS).map(([code, { rule, sources, says }]) => {
    const files = (tests.get(code) ?? []).map((file) => `\`${file}\``).join(', ')
    const quoted = says === undefined ? rule : `${rule} <br>“${says}”`
    return `| ${code} | ${quoted} | ${sources.map(linkOf).join(', ')} | ${files} |`
  })
  return ['| row | what the server does | source | tests |', '| --- | --- | --- | --- |', ...rows].join('\n')
}
