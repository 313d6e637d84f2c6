// `npm run docs:api`: writes the API reference as web pages, and the report of the public face.

import { rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeApiReport, REPORT_FILE } from './api-report.ts'
import { buildLibrary } from './build-library.ts'
import { writeReference } from './read-api.ts'

// A folder of its own: that of `npm run build:library` may hold a package that somebody uses.
const folder = fileURLToPath(new URL('../dist/reference', import.meta.url))
const out = fileURLToPath(new URL('../reports/api', import.meta.url))
await buildLibrary(folder)
await writeReference(folder, out)
await writeFile(REPORT_FILE, await makeApiReport(folder))
await rm(folder, { recursive: true })
for (const file of [join(out, 'index.html'), REPORT_FILE]) console.log(relative(process.cwd(), file))
