// `npm run mutants`: mutation tests of the library, a few files at a time, so that an interrupted run goes on where it stopped.

import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { SwitchyardError } from '../../core/errors.ts'
import { readSources } from '../house/import-closure.ts'
import { batchesOf, chooseSources, testsFor } from './choose-sources.ts'
import { type FileReport, fingerprintOf, ReportFolder } from './file-report.ts'
import { mutateFiles } from './mutate-files.ts'
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
  const tests = new Map(chosen.map((file) => [file, testsFor(sources, file)]))
  const fingerprints = new Map([...tests].map(([file, own]) => [file, fingerprintOf(sources, own, lockFile)]))
  const reports = new Map<string, FileReport>()
  const note = (report: FileReport, how: string) => {
    reports.set(report.file, report)
    console.log(
      [`${report.file}: ${how}`, ...describeSurvivors(report).map((line) => `  ${line}`)].join('\n'),
    )
  }
  for (const [file, fingerprint] of fingerprints) {
    const known = values.again ? undefined : folder.read(file, fingerprint)
    if (known) note(known, 'unchanged since its last run')
  }
  const changed = chosen.filter((file) => !reports.has(file))
  for (const batch of batchesOf(changed)) {
    const begun = performance.now()
    const outcomes = await mutateFiles(new Map(batch.map((file) => [file, tests.get(file) ?? []])), jobs)
    console.log(`${batch.length} files in ${Math.round((performance.now() - begun) / 1000)} s`)
    for (const [file, mutants] of outcomes) {
      const report = { file, fingerprint: fingerprints.get(file) ?? '', mutants }
      folder.write(report)
      note(report, `${mutants.length} mutants`)
    }
  }
  console.log(['', ...describeScores(chosen.flatMap((file) => reports.get(file) ?? []))].join('\n'))
  const score = scoreOf(countOf([...reports.values()].flatMap(({ mutants }) => mutants)))
  if (score === undefined || score < LOWEST_SCORE) {
    const what = score === undefined ? 'nothing was mutated' : `the score is below ${LOWEST_SCORE} %`
    process.stderr.write(`failed: ${what}\n`)
    process.exitCode = 1
  }
} catch (error) {
  process.stderr.write(`${SwitchyardError.from(error).message}\n`)
  process.exitCode = 1
}
