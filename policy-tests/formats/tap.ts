// The output for readers of TAP: https://testanything.org/tap-version-14-specification.html

import { stringify } from 'yaml'
import { describeTally, type Report, type ReportedTest } from './report.ts'

export function renderTap(report: Report): string {
  const { tests, envoy } = report
  return [
    'TAP version 14',
    `1..${tests.length}`,
    ...tests.map(testPoint),
    `# Envoy ${envoy}`,
    `# ${describeTally(report)}`,
    '',
  ].join('\n')
}

function testPoint(test: ReportedTest, index: number): string {
  const { name, passed, milliseconds } = test
  const point = `${passed ? 'ok' : 'not ok'} ${index + 1} - ${escapeName(name)} # time=${milliseconds.toFixed(3)}ms`
  return passed ? point : `${point}\n${diagnosticsOf(test)}`
}

function diagnosticsOf({ file, line, problems, details }: ReportedTest): string {
  const yaml = stringify({ problems, at: { file, line }, ...details }, { lineWidth: 0 })
  return ['---', ...yaml.trimEnd().split('\n'), '...'].map((text) => `  ${text}`).join('\n')
}

/** A # begins a directive such as SKIP, and a backslash escapes. A name is one line. */
function escapeName(name: string): string {
  return name.replaceAll(/[\\#]/g, '\\$&').replaceAll(/\s+/g, ' ')
}
