// The output for CI systems that read JUnit's XML: a suite for each file.
// https://github.com/testmoapp/junitxml

import { type Html, html } from '../../harness/report/html/html.ts'
import type { Report, ReportedTest } from './report.ts'

export function renderJunit({ tests, milliseconds }: Report): string {
  const suites = [...Map.groupBy(tests, ({ file }) => file)]
  const failures = tests.filter(({ passed }) => !passed).length
  const xml = html`<testsuites name="yard test" tests="${tests.length}" failures="${failures}" errors="0" time="${seconds(milliseconds)}">
${suites.map(([file, ofFile]) => suite(file, ofFile))}</testsuites>
`
  return `<?xml version="1.0" encoding="UTF-8"?>\n${xml.text}`
}

function suite(file: string, tests: readonly ReportedTest[]): Html {
  const failures = tests.filter(({ passed }) => !passed).length
  const sum = tests.reduce((total, { milliseconds }) => total + milliseconds, 0)
  return html`  <testsuite name="${file}" tests="${tests.length}" failures="${failures}" errors="0" time="${seconds(sum)}">
${tests.map(testCase)}  </testsuite>
`
}

function testCase({ file, line, name, passed, problems, details, milliseconds }: ReportedTest): Html {
  const content = passed
    ? undefined
    : html`
      <failure message="${problems.join('; ')}">${JSON.stringify(details, undefined, 2)}</failure>
    `
  return html`    <testcase name="${name}" classname="${file}" file="${file}" line="${line}" time="${seconds(milliseconds)}">${content}</testcase>
`
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(3)
}
