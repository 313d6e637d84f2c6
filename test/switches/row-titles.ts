// Which rows a title is about, and which files have tests of a row.

import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Tests of these folders make real calls. Others hold the rules of a switch, which its declaration needs too. */
const FOLDERS = ['test/', 'services/', 'examples/']

/** The tests of the page itself. */
const OWN = 'test/switches/'

const CODES = /^((?:[A-Z]\d+(?:, )?)+):/
const TITLES = /(?<=['"`])((?:[A-Z]\d+(?:, )?)+):/g

/** The codes of the rows that a title begins with: `T7, T8: calls fail` has T7 and T8. */
export function rowsOfTitle(title: string): readonly string[] {
  return CODES.exec(title)?.[1]?.split(', ') ?? []
}

/** Files with tests that name a row of switches in their titles → these rows. */
export function filesOfRows(): ReadonlyMap<string, readonly string[]> {
  const files = globSync(
    FOLDERS.map((folder) => `${folder}**/*.test.ts`),
    { cwd: root },
  )
  const found = files.sort().flatMap((file) => {
    if (file.startsWith(OWN)) return []
    const titles = [...readFileSync(root + file, 'utf8').matchAll(TITLES)].map(([title]) => title)
    const rows = [...new Set(titles.flatMap(rowsOfTitle))].filter((row) => row.startsWith('T'))
    return rows.length === 0 ? [] : [[file, rows] as const]
  })
  return new Map(found)
}
