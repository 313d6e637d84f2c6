// `npm run test:rounds`: runs test files several times in a row beside busy loops, to find those that fail once in a while.
//
//   npm run test:rounds -- [--rounds 5] [--busy 4] [--jobs N] [--timeout SECONDS] [--again] [FILE.test.ts | FOLDER …]

import { mkdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { SwitchyardError } from '../../core/errors.ts'
import { ProcessGroup } from '../../processes/process-group.ts'
import { importClosure, readSources } from '../house/import-closure.ts'
import { readTree } from '../house/read-tree.ts'
import { describeFailure, describeFile } from '../support/describe-tally.ts'
import { hashOfCode } from '../support/kept-reports.ts'
import { readNumber } from '../support/read-number.ts'
import { endAll, runFile } from '../support/run-file.ts'
import { runInPool } from '../support/test-pool.ts'
import { chooseTests } from './choose-tests.ts'
import { type FileRounds, RoundsFolder } from './file-rounds.ts'
import { fingerprintOfPrograms, KINDS_OF_INPUTS } from './programs.ts'
import { describeRounds, failedRounds } from './rounds-table.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
process.chdir(root)

const loops = new ProcessGroup()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void Promise.all([loops.stop(), endAll(signal)]).then(() => process.exit(1)))
}

try {
  const chosen = await runRounds()
  console.log(['', ...describeRounds(chosen)].join('\n'))
  process.exitCode = chosen.some((file) => failedRounds(file).length > 0) ? 1 : 0
} catch (error) {
  console.error(SwitchyardError.from(error).message)
  process.exitCode = 2
} finally {
  await loops.stop()
}

async function runRounds(): Promise<readonly FileRounds[]> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      busy: { type: 'string', default: '4' },
      jobs: { type: 'string', default: String(availableParallelism() + 1) },
      timeout: { type: 'string', default: '600' },
      again: { type: 'boolean', default: false },
    },
  })
  const wanted = readNumber('--rounds', values.rounds)
  const busy = readNumber('--busy', values.busy, 0)
  const jobs = readNumber('--jobs', values.jobs)
  const timeout = readNumber('--timeout', values.timeout)
  const sources = readSources()
  const files = chooseTests(sources, positionals)
  const programs = fingerprintOfPrograms(
    sources,
    readTree(KINDS_OF_INPUTS),
    readFileSync('package-lock.json', 'utf8'),
  )
  const folder = new RoundsFolder('reports/rounds')
  const kept = new Map(
    files.map((file) => {
      const fingerprint = hashOfCode(sources, importClosure(sources, file), programs)
      const none = { file, fingerprint, busy, rounds: [] }
      return [file, values.again ? none : (folder.read(file, fingerprint, busy) ?? none)] as const
    }),
  )
  for (let loop = 1; loop <= busy; loop += 1) loops.start(busyLoop(loop))
  for (let round = 1; round <= wanted; round += 1) {
    const missing = [...kept.values()].filter(({ rounds }) => rounds.length < round)
    await runInPool(
      missing.map(({ file }) => file),
      jobs,
      async (file) => {
        const before = kept.get(file)
        if (before === undefined) return
        const log = folder.logPath(file, before.rounds.length + 1)
        mkdirSync(dirname(log), { recursive: true })
        const begun = new Date().toISOString()
        const report = await runFile(root, file, timeout, { log })
        // A file that a signal to us has ended has not failed, and runs again.
        if (loops.ending.aborted) return
        console.log(`${round} ${[describeFile(report), ...report.failures.map(describeFailure)].join('\n')}`)
        const { passed, failed, skipped, duration } = report
        const now = { begun, passed, failed, skipped, milliseconds: Math.round(duration), log }
        const rounds = { ...before, rounds: [...before.rounds, now] }
        kept.set(file, rounds)
        folder.write(rounds)
      },
      // Busy loops take the time that more Envoys than usual could not use.
      jobs,
    )
  }
  return [...kept.values()]
}

/** A shell that ends with this process, also if this one is killed. */
function busyLoop(number: number) {
  return {
    name: `busy loop ${number}`,
    command: 'sh',
    args: ['-c', 'while :; do :; done'],
    dieWithParent: true,
    ready: () => undefined,
  }
}
