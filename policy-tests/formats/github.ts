// The output for GitHub Actions: an annotation on the line of each failure, and the tally.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands

import type { Problem } from '../../core/errors.ts'
import { describeTally, type Report } from './report.ts'

export function renderGithub(report: Report): string {
  const annotations = report.tests
    .filter(({ passed }) => !passed)
    .map(({ file, line, name, problems }) =>
      annotation({ file, line: String(line), title: name }, problems.join('\n')),
    )
  return [...annotations, describeTally(report), ''].join('\n')
}

/** What is wrong with a test file or a document, each on its line. @param toPath a file as GitHub knows it */
export function annotateProblems(problems: readonly Problem[], toPath: (file: string) => string): string {
  return problems
    .map(({ path, message }) => {
      const [, file, line, place = ''] = /^(.+?):(\d+):\d+ ?(.*)$/.exec(path) ?? []
      if (file === undefined || line === undefined) return annotation({ title: path }, message)
      return annotation({ file: toPath(file), line, ...(place && { title: place }) }, message)
    })
    .map((one) => `${one}\n`)
    .join('')
}

function annotation(properties: Readonly<Record<string, string>>, text: string): string {
  const written = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`)
  return `::error ${written.join(',')}::${escapeData(text)}`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
