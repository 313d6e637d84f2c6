// `npm run golden`: writes the output of every golden case, and deletes outputs without a document.

import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findOrphans, GOLDEN_FOLDER, IN, namesOf, OUT, readCase, renderOutput } from './goldens.ts'

const names = namesOf(GOLDEN_FOLDER, IN)
const outputs = names.map((name) => [name + OUT, renderOutput(readCase(GOLDEN_FOLDER, name))] as const)
for (const [file, text] of outputs) writeFileSync(join(GOLDEN_FOLDER, file), text)
const orphans = findOrphans(GOLDEN_FOLDER)
for (const file of orphans) rmSync(join(GOLDEN_FOLDER, file))
console.error(`${outputs.length} outputs written, ${orphans.length} orphans deleted`)
