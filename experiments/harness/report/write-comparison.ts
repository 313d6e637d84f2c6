// Writes a page with two results of one scenario side by side.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Results } from '../results.ts'

/** Resolves with the paths of the files that it has written into the folder. */
export async function writeComparison(folder: string, a: Results, b: Results): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'comparison.md')
  const rows = a.plan.runs.map((id) => `| ${id} | ${callsOf(a, id)} | ${callsOf(b, id)} |`)
  await writeFile(
    file,
    [`# ${a.title}`, '', '| run | a | b |', '| --- | --- | --- |', ...rows, ''].join('\n'),
  )
  return [file]
}

function callsOf({ runs }: Results, id: string): number {
  return runs.reduce((sum, run) => sum + (run.id === id ? (run.measured?.calls ?? 0) : 0), 0)
}
