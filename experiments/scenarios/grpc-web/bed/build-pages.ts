// Builds what the tabs of the bed load: the example page, and the lab beside it.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPage, bundleModule } from '../../../../web/grpc-web-example/build.ts'

const LAB = fileURLToPath(new URL('../lab/lab.ts', import.meta.url))

/** Chromium asks for an icon unless the page has one, and complains about a missing one. */
const PAGE =
  '<!doctype html><html lang="en"><title>Lab</title><link rel="icon" href="data:,"><script type="module" src="lab.js"></script></html>\n'

/** Writes `index.html`, `lab.html` and their scripts. */
export async function buildPages(folder: string): Promise<void> {
  await buildPage(folder)
  await bundleModule(LAB, folder, 'lab')
  await writeFile(join(folder, 'lab.html'), PAGE)
}
