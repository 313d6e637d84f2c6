// `npm test` and `npm run test:unit`: runs tap on all tests, on the unit tests (`--unit`) or on the given files, and ends
// with a line of counts.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import pc from 'picocolors'
import { Parser } from 'tap-parser'
import { isTest, readSources } from '../house/import-closure.ts'
import { unitTests } from '../house/kinds-of-tests.ts'
import { batchesOf, writeBatches } from './batches.ts'
import { describeCounts, describeFailure, describeFile } from './describe-tally.ts'
import { type Lane, lanesOf } from './lanes.ts'
import { countTests, sumOf, type Tally } from './tally.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tapCommand = fileURLToPath(new URL('../../node_modules/tap/dist/esm/run.mjs', import.meta.url))

const given = process.argv.slice(2)
const flags = given.filter((arg) => arg.startsWith('-') && arg !== '--unit')
const files = given.filter((arg) => !arg.startsWith('-'))

const running = new Set<ChildProcess>()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    for (const { pid } of running) if (pid !== undefined) process.kill(-pid, signal)
  })
}

const tallies = await Promise.all(lanesOf(chosenFiles(), availableParallelism()).map(runLane))
const tally = sumOf(tallies)
for (const reason of tally.reasonsToSkip) console.log(`skipped: ${reason}`)
for (const failure of tally.failures) console.log(describeFailure(failure))
console.log(describeCounts(tally))
process.exitCode = tally.failed === 0 ? 0 : 1

async function runLane({ files, jobs }: Lane): Promise<Tally> {
  const more = jobs === undefined ? [] : [`--jobs=${jobs}`]
  const tap = spawn(process.execPath, [tapCommand, '--reporter=tap', ...flags, ...more, ...files], {
    cwd: root,
    stdio: ['inherit', 'pipe', 'inherit'],
    // tap runs in its own process group, because it leaves test files running unless the signal reaches them too.
    detached: true,
  })
  running.add(tap)
  const parser = new Parser()
  const tally = countTests(parser, (file) => console.log(describeFile(file)))
  tap.stdout.pipe(parser)
  const [[code]] = await Promise.all([once(tap, 'close'), once(parser, 'complete')])
  running.delete(tap)
  if (code !== 0 && tally.failed === 0) {
    console.log(pc.red(`tap ended with ${code ?? tap.signalCode}, although no test failed`))
    tally.failed += 1
  }
  return tally
}

/** Unit tests are small and many, and share processes so that they take seconds. Files that are given have one each. */
function chosenFiles(): readonly string[] {
  if (files.length > 0) return files
  const sources = readSources()
  const units = new Set(unitTests(sources))
  const others = given.includes('--unit')
    ? []
    : [...sources.keys()].filter((path) => isTest(path) && !units.has(path))
  return [...writeBatches(root, '.tap/unit-tests', batchesOf([...units], sources)), ...others]
}
