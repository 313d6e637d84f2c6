// `npm test` and `npm run test:unit`: runs all tests, the unit tests (`--unit`) or the given files, and ends with a line of counts.

import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { isTest, readSources } from '../house/import-closure.ts'
import { unitTests } from '../house/kinds-of-tests.ts'
import { batchesOf, writeBatches } from './batches.ts'
import { describeCounts, describeFailure, describeFile } from './describe-tally.ts'
import { readNumber } from './read-number.ts'
import { runAlone } from './run-alone.ts'
import { endAll, runFile } from './run-file.ts'
import { type FileReport, sumOf } from './tally.ts'
import { runInPool } from './test-pool.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const USAGE = 'Usage: npm test -- [--jobs N] [--timeout SECONDS] [FILE.test.ts …]'

const { unit, jobs, timeout, files } = readFlags()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void endAll(signal).then(() => process.exit(1)))
}

const beside = new Map<string, FileReport>()
await runInPool(chosenFiles(), jobs, async (file) => {
  beside.set(file, await runAndDescribe(file))
})
// Who names files wants to see each failure of theirs.
const { reports, passedAlone } =
  files.length > 0
    ? { reports: [...beside.values()], passedAlone: [] }
    : await runAlone(beside, runAndDescribe)
for (const { title, failures } of passedAlone) {
  console.log(`\nfailed beside other tests, and passed twice alone: ${title}`)
  for (const failure of failures) console.log(describeFailure(failure))
}
const tally = sumOf(reports)
for (const reason of tally.reasonsToSkip) console.log(`skipped: ${reason}`)
for (const failure of tally.failures) console.log(describeFailure(failure))
console.log(describeCounts(tally))
process.exitCode = tally.failed === 0 ? 0 : 1

async function runAndDescribe(file: string): Promise<FileReport> {
  const report = await runFile(root, file, timeout)
  console.log(describeFile(report))
  return report
}

function readFlags() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        unit: { type: 'boolean', default: false },
        // One more than there are cores: a third of the time of a test is waiting.
        jobs: { type: 'string', default: String(availableParallelism() + 1) },
        timeout: { type: 'string', default: '600' },
      },
    })
    return {
      unit: values.unit,
      jobs: readNumber('--jobs', values.jobs),
      timeout: readNumber('--timeout', values.timeout),
      files: positionals,
    }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    process.exit(2)
  }
}

/** Unit tests are small and many, and share processes so that they take seconds. Files that are given have one each. */
function chosenFiles(): readonly string[] {
  if (files.length > 0) return files
  const sources = readSources()
  const units = new Set(unitTests(sources))
  const others = unit ? [] : [...sources.keys()].filter((path) => isTest(path) && !units.has(path))
  return [...writeBatches(root, '.tap/unit-tests', batchesOf([...units], sources)), ...others]
}
