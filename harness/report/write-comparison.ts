// Writes two results of a scenario side by side: a page and a text.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Results } from '../results.ts'
import { comparisonPage } from './comparison/comparison-page.ts'
import { comparisonText } from './comparison/comparison-text.ts'

/**
 * `comparison.html` and `comparison.md`: runs by their ids, with a verdict for each measure, and what differs in the environments.
 * @param folder is made if it is not there
 * @returns the paths of both files
 * @throws {Error} if a histogram cannot be read, and says which; then it writes nothing
 */
export async function writeComparison(folder: string, a: Results, b: Results): Promise<readonly string[]> {
  const files = [
    { path: join(folder, 'comparison.html'), text: comparisonPage(a, b) },
    { path: join(folder, 'comparison.md'), text: comparisonText(a, b) },
  ]
  await mkdir(folder, { recursive: true })
  for (const { path, text } of files) await writeFile(path, text)
  return files.map(({ path }) => path)
}
