// The output for GitHub Actions: an annotation on the line of each failure, and the tally.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands

import { describeTally, type Report } from './report.ts'

export function renderGithub(report: Report): string {
  const annotations = report.tests
    .filter(({ passed }) => !passed)
    .map(({ file, line, name, problems }) => {
      const properties = Object.entries({ file, line: String(line), title: name })
      const written = properties.map(([key, value]) => `${key}=${escapeProperty(value)}`)
      return `::error ${written.join(',')}::${escapeData(problems.join('\n'))}`
    })
  return [...annotations, describeTally(report), ''].join('\n')
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
