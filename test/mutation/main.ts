// `npm run mutants`: mutation tests of the library, file by file, so that an interrupted run goes on where it stopped.

import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { SwitchyardError } from '../../core/errors.ts'
import { readSources } from '../house/import-closure.ts'
import { KeptReports } from '../support/kept-reports.ts'
import { readNumber } from '../support/read-number.ts'
import { chooseSources, testsFor } from './choose-sources.ts'
import { type FileReport, fingerprintOf } from './file-report.ts'
import { DEFAULT_TIMEOUT, mutateFiles } from './mutate-files.ts'
import { countOf, describeScores, describeSurvivors, scoreOf } from './summary.ts'

process.chdir(fileURLToPath(new URL('../..', import.meta.url)))

/** How many files share a copy of the tree and a run without mutants. What an interrupted run has to do again is less than that. */
const FILES_AT_ONCE = 24

/** In percent. A lower score of all that was chosen is a failure. */
const LOWEST_SCORE = 90

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      jobs: { type: 'string', default: String(availableParallelism()) },
      timeout: { type: 'string', default: String(DEFAULT_TIMEOUT) },
      mutate: { type: 'string', multiple: true, default: [] },
      again: { type: 'boolean', default: false },
    },
  })
  const limits = {
    jobs: readNumber('--jobs', values.jobs),
    timeout: readNumber('--timeout', values.timeout),
  }
  const sources = readSources()
  const chosen = chooseSources(sources, [...positionals, ...values.mutate])
  const folder = new KeptReports<FileReport>('reports/mutation')
  const lockFile = readFileSync('package-lock.json', 'utf8')
  const testFilesOf = new Map(chosen.map((file) => [file, testsFor(sources, file)]))
  const fingerprints = new Map(
    [...testFilesOf].map(([file, tests]) => [file, fingerprintOf(sources, tests, lockFile)]),
  )
  const reports = new Map<string, FileReport>()
  const keep = (report: FileReport, how: string) => {
    reports.set(report.file, report)
    console.log(
      [`${report.file}: ${how}`, ...describeSurvivors(report).map((line) => `  ${line}`)].join('\n'),
    )
  }
  for (const [file, fingerprint] of values.again ? [] : fingerprints) {
    const known = folder.read(file, fingerprint)
    if (known) keep(known, 'unchanged since its last run')
  }
  const changed = chosen.filter((file) => !reports.has(file))
  for (let at = 0; at < changed.length; at += FILES_AT_ONCE) {
    const files = changed.slice(at, at + FILES_AT_ONCE)
    const tests = Object.fromEntries(files.map((file) => [file, testFilesOf.get(file) ?? []]))
    await mutateFiles(tests, limits, (file, mutants) => {
      const report = { file, fingerprint: fingerprints.get(file) ?? '', mutants }
      folder.write(report)
      keep(report, `${mutants.length} mutants`)
    })
  }
  const inOrder = chosen.flatMap((file) => reports.get(file) ?? [])
  console.log(['', ...describeScores(inOrder)].join('\n'))
  const score = scoreOf(countOf(inOrder.flatMap(({ mutants }) => mutants)))
  if (score === undefined || score < LOWEST_SCORE) {
    const what = score === undefined ? 'nothing was mutated' : `the score is below ${LOWEST_SCORE} %`
    process.stderr.write(`failed: ${what}\n`)
    process.exitCode = 1
  }
} catch (error) {
  process.stderr.write(`${SwitchyardError.from(error).message}\n`)
  process.exitCode = 1
}
