// Keeps the standard report of the scenario in docs/benchmarks/: its summary, and figures of each run.

import { copyFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readResults } from '../../../../harness/results-file.ts'
import { keptLines } from './kept-lines.ts'

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url))
const FROM = join(ROOT, 'reports/scenarios/grpc-transport-benchmark-standard')
const TO = join(ROOT, 'docs/benchmarks/grpc-transports')

const results = await readResults(FROM)
await copyFile(join(FROM, 'summary.md'), `${TO}.md`)
await writeFile(`${TO}.jsonl`, `${keptLines(results).join('\n')}\n`)
const { size } = await stat(`${TO}.jsonl`)
console.log(`kept ${results.runs.length} measurements in ${TO}.md and .jsonl (${Math.ceil(size / 1024)} KiB)`)
