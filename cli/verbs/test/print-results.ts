// Prints results of policy tests in the wanted format.

import { REPORT_FORMATS } from '../../../policy-tests/formats/formats.ts'
import { withPathsFrom } from '../../../policy-tests/formats/relative-paths.ts'
import { type Report, reportOfRun } from '../../../policy-tests/formats/report.ts'
import { formatTable } from '../../../policy-tests/formats/table.ts'
import { mutateFiles } from '../../../policy-tests/mutations/mutate-files.ts'
import {
  isNoticed,
  renderMutations,
  reportOfMutations,
} from '../../../policy-tests/mutations/mutation-report.ts'
import type { PolicyBed, RunResult } from '../../../policy-tests/result.ts'
import type { TestFile } from '../../../policy-tests/run/run-files.ts'
import { report as say } from '../../output/print.ts'
import type { TestFlags } from './test-flags.ts'

/** GitHub knows files by their paths from the top of the repository, readers of other formats from the folder that they ran in. */
export function reportRoot(format: TestFlags['format']): string {
  return (format === 'github' && process.env.GITHUB_WORKSPACE) || process.cwd()
}

export function printRun(result: RunResult, format: TestFlags['format']): void {
  if (format === 'table') process.stdout.write(`${formatTable(result)}\n`)
  else printReport(reportOfRun(result), format)
}

function printReport(report: Report, format: Exclude<TestFlags['format'], 'table'>): void {
  process.stdout.write(REPORT_FORMATS[format](withPathsFrom(reportRoot(format), report)))
}

/** @returns whether some cell noticed each missing protection */
export async function printMutations(
  bed: PolicyBed,
  tests: readonly TestFile[],
  { cells, envoy }: RunResult,
  { format, except }: TestFlags,
): Promise<boolean> {
  say(`All ${cells.length} calls went as expected. Now without each protection:`)
  const documents = await mutateFiles(bed, tests, {
    except,
    onOutcome: (outcome) => say(`${isNoticed(outcome) ? 'noticed' : 'NOBODY'}  ${outcome.mutant.path}`),
  })
  if (format === 'table') {
    for (const { result } of documents) process.stdout.write(`${renderMutations(result, envoy)}\n`)
  } else {
    const reports = documents.map(({ result, placeOf }) => reportOfMutations(result, placeOf, envoy))
    const milliseconds = reports.reduce((sum, one) => sum + one.milliseconds, 0)
    printReport({ tests: reports.flatMap((one) => one.tests), milliseconds, envoy }, format)
  }
  return documents.every(({ result }) => result.outcomes.every(isNoticed))
}
