// Writes docs/reference/switches.md from the record of runs.

import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { readRuns } from './recorded-runs.ts'
import { filesOfRows } from './row-titles.ts'
import { switchesPage } from './switches-page.ts'

export const PAGE = fileURLToPath(new URL('../../docs/reference/switches.md', import.meta.url))

/** The page as it should be. */
export async function renderPage(): Promise<string> {
  const style = await resolveConfig(PAGE)
  return format(switchesPage(filesOfRows(), readRuns()), { ...style, parser: 'markdown' })
}

export async function writePage(): Promise<void> {
  writeFileSync(PAGE, await renderPage())
}
