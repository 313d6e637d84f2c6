// `npm run docs:api`: writes the API reference as web pages, and the report of the public face.

import { writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeApiReport, REPORT_FILE } from './api-report.ts'
import { buildLibrary, PACKAGE_FOLDER } from './build-library.ts'
import { writeReference } from './read-api.ts'

const out = fileURLToPath(new URL('../reports/api', import.meta.url))
await buildLibrary()
await writeReference(PACKAGE_FOLDER, out)
await writeFile(REPORT_FILE, await makeApiReport(PACKAGE_FOLDER))
for (const file of [join(out, 'index.html'), REPORT_FILE]) console.log(relative(process.cwd(), file))
