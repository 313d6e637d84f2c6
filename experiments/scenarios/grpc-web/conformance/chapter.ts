// The conformance suite of connect, which all its implementations pass: what our servers and Envoy's filter make of it.

import type { Chapter } from '../../../../harness/chapter.ts'
import { check } from '../../../../harness/check.ts'
import type { ProfileName } from '../../../../harness/profile.ts'
import type { Section } from '../../../../harness/report/section.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { KNOWN_FAILURES } from './known.ts'
import { CASES, explainedBy, idOf, PASSED, SUBJECTS, type Subject, toRun, UNEXPLAINED } from './runs.ts'

export const CONFORMANCE: Chapter = {
  title: 'Conformance',
  runs: ({ name }) => subjectsOf(name).map(toRun),
  checks: (results) => subjectsOf(results.profile.name).map((subject) => checkOf(subject, results)),
  sections,
}

function subjectsOf(profile: ProfileName): readonly Subject[] {
  return SUBJECTS.filter(({ isShort }) => profile !== 'quick' || isShort)
}

function measuredOf(results: Results, subject: Subject): Measured | undefined {
  return roundsOf(results, idOf(subject))[0]
}

function checkOf(subject: Subject, results: Results): Check {
  const measured = measuredOf(results, subject)
  const findings = measured === undefined ? [] : [findingOf(measured)]
  return check(subject.row, `${subject.title}: no failure of the conformance suite is unexplained`, findings)
}

function findingOf({ figures, texts = {} }: Measured) {
  const [cases = 0, passed = 0, unexplained = 0] = [CASES, PASSED, UNEXPLAINED].map(
    (name) => figures[name ?? ''],
  )
  const names = Object.entries(texts).map(([name, reasons]) => `${name} (${reasons})`)
  return {
    fact: `${passed} of ${cases} cases pass, ${cases - passed - unexplained} fail for known reasons${names.length > 0 ? `; unexplained: ${names.join(', ')}` : ''}`,
    // A run in which nothing ran has shown nothing.
    holds: cases === 0 ? undefined : unexplained === 0,
  }
}

interface MeasuredSubject {
  readonly subject: Subject
  readonly figures: Measured['figures']
}

/** Such as `gRPC: our server: **259 of 374** pass`. */
function sumUp(measured: readonly MeasuredSubject[]): string {
  return measured
    .map(({ subject, figures }) => `${subject.title}: **${figures[PASSED]} of ${figures[CASES]}** pass.`)
    .join(' ')
}

function sections(results: Results): readonly Section[] {
  const measured = SUBJECTS.flatMap((subject) => {
    const found = measuredOf(results, subject)
    return found === undefined ? [] : [{ subject, figures: found.figures }]
  })
  if (measured.length === 0) return []
  const failing = KNOWN_FAILURES.filter(({ id }) => measured.some(({ figures }) => figures[explainedBy(id)]))
  return [
    {
      kind: 'table',
      title: 'The conformance suite',
      says: `The official suite of connect makes some hundred kinds of calls, well-formed and not. ${sumUp(measured)} The known failures are those of gRPC's server for Node, which is behind Envoy too, and none of Envoy's filter: the second table has the line of source of each.`,
      columns: [
        { title: 'subject' },
        { title: 'cases', decimals: 0 },
        { title: 'passed', decimals: 0 },
        { title: 'known failures', decimals: 0 },
        { title: 'unexplained', decimals: 0 },
      ],
      rows: measured.map(({ subject, figures }) => {
        const [cases = 0, passed = 0, unexplained = 0] = [CASES, PASSED, UNEXPLAINED].map(
          (name) => figures[name ?? ''],
        )
        return [subject.title, cases, passed, cases - passed - unexplained, unexplained]
      }),
    },
    {
      kind: 'table',
      title: 'Known failures and their causes',
      says: 'The number of cases that fail for each of them; a case may fail for two.',
      columns: [
        { title: 'what happens' },
        { title: 'cause' },
        ...measured.map(({ subject }) => ({ title: subject.title, decimals: 0 })),
      ],
      rows: failing.map(({ id, what, cause }) => [
        what,
        cause.replaceAll('`', ''),
        ...measured.map(({ figures }) => figures[explainedBy(id)] ?? 0),
      ]),
    },
  ]
}
