// `npm run mutants`: mutation tests of the library, file by file, so that an interrupted run goes on where it stopped.

import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { SwitchyardError } from '../../core/errors.ts'
import { readSources } from '../house/import-closure.ts'
import { chooseSources, testsFor } from './choose-sources.ts'
import { type FileReport, fingerprintOf, ReportFolder } from './file-report.ts'
import { mutateFile } from './mutate-file.ts'
import { countOf, describeScores, describeSurvivors, scoreOf } from './summary.ts'

process.chdir(fileURLToPath(new URL('../..', import.meta.url)))

/** In percent. A lower score of all that was chosen is a failure. */
const LOWEST_SCORE = 90

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      jobs: { type: 'string', default: String(availableParallelism()) },
      mutate: { type: 'string', multiple: true, default: [] },
      again: { type: 'boolean', default: false },
    },
  })
  const jobs = Number(values.jobs)
  if (!Number.isSafeInteger(jobs) || jobs < 1) {
    throw new SwitchyardError('invalid-argument', '--jobs: use a whole number from 1 on')
  }
  const sources = readSources()
  const chosen = chooseSources(sources, [...positionals, ...values.mutate])
  const folder = new ReportFolder('reports/mutation')
  const lockFile = readFileSync('package-lock.json', 'utf8')
  const reports: FileReport[] = []
  for (const file of chosen) {
    const tests = testsFor(sources, file)
    const fingerprint = fingerprintOf(sources, tests, lockFile)
    const known = values.again ? undefined : folder.read(file, fingerprint)
    const begun = performance.now()
    const report = known ?? { file, fingerprint, mutants: await mutateFile(file, tests, jobs) }
    folder.write(report)
    reports.push(report)
    const seconds = Math.round((performance.now() - begun) / 1000)
    const how = known ? 'unchanged since its last run' : `${report.mutants.length} mutants in ${seconds} s`
    console.log([`${file}: ${how}`, ...describeSurvivors(report).map((line) => `  ${line}`)].join('\n'))
  }
  console.log(['', ...describeScores(reports)].join('\n'))
  const score = scoreOf(countOf(reports.flatMap(({ mutants }) => mutants)))
  if (score === undefined || score < LOWEST_SCORE) {
    const what = score === undefined ? 'nothing was mutated' : `the score is below ${LOWEST_SCORE} %`
    process.stderr.write(`failed: ${what}\n`)
    process.exitCode = 1
  }
} catch (error) {
  process.stderr.write(`${SwitchyardError.from(error).message}\n`)
  process.exitCode = 1
}
