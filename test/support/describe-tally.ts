// Formats the results of a test run: one line per file, one block per failure, and the counts.
import { inspect } from 'node:util'
import pc from 'picocolors'
import type { FailedAssertion, Failure, FileReport, Tally } from './tally.ts'

/** `✔ xds-server/streams/delta-stream.test.ts  41 passed (0.4 s)` */
export function describeFile(file: FileReport): string {
  const mark = file.failed > 0 ? pc.red('✘') : pc.green('✔')
  const time = pc.dim(` (${(file.duration / 1000).toFixed(1)} s)`)
  return `${mark} ${file.title}  ${describeCounts(file)}${time}`
}

/** `12 passed, 0 failed`, and the number of skipped tests if there are any. CI reads this line. */
export function describeCounts({ passed, failed, skipped }: Tally): string {
  const counts = `${passed} passed, ${failed} failed`
  return skipped > 0 ? `${counts}, ${skipped} skipped` : counts
}

/** The titles that lead to a failed test, and below them the diagnostics of its failed assertions. */
export function describeFailure({ titles, assertions }: Failure): string {
  return [`\n${pc.red('✘')} ${titles.join(' › ')}`, ...assertions.map(describeAssertion)].join('\n')
}

/** Diagnostics that tap adds for every process, without use to a reader. */
const COMMON_TO_ALL = ['args', 'command', 'cwd', 'externalID', 'jobId', 'source', 'stack', 'stdio']

function describeAssertion({ name, diagnostics }: FailedAssertion): string {
  const { at, diff, ...rest } = (diagnostics ?? {}) as Record<string, unknown>
  const { fileName, lineNumber } = (at ?? {}) as Record<string, unknown>
  const place = fileName === undefined ? '' : ` (${fileName}:${lineNumber})`
  const found = Object.entries(rest).filter(([key, value]) => value !== null && !COMMON_TO_ALL.includes(key))
  const details = typeof diff === 'string' ? diff.trimEnd() : inspect(Object.fromEntries(found), { depth: 6 })
  return indent(details === '{}' ? name + place : `${name}${place}\n${indent(details)}`)
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}
