// What the checks of statuses say about results that are as expected, that are not, and that are not there.

import { status } from '@grpc/grpc-js'
import t from 'tap'
import { facts } from '../../../../harness/facts.ts'
import type { Measured, Results } from '../../../../harness/results.ts'
import { expectedOf, waysOf } from './cause.ts'
import { CAUSES } from './causes.ts'
import { checksOf } from './checks.ts'
import { ENVOY_ANSWERS } from './envoy-answers.ts'
import { envoyRecordOf, HTTP_RUN, nameOf, recordOf, runIdOf } from './figures.ts'
import { HTTP_ANSWERS } from './http-answers.ts'
import { sectionsOf } from './sections.ts'
import { WAYS } from './way.ts'

/** What a run would leave if every call ended as expected, with changes by the id of a cause. */
function resultsWith(codes: Readonly<Record<string, number>> = {}): Results {
  const byRun = new Map<string, Partial<Measured>[]>()
  const add = (run: string, record: Partial<Measured>) => byRun.set(run, [...(byRun.get(run) ?? []), record])
  for (const cause of CAUSES) {
    for (const way of waysOf(cause)) {
      const code = codes[cause.id] ?? expectedOf(cause, way)
      add(runIdOf(cause.code), recordOf(cause.id, way, { code, text: 'because' }))
    }
  }
  for (const { http, code } of HTTP_ANSWERS) {
    for (const way of WAYS)
      add(HTTP_RUN, recordOf(String(http), way, { code: codes[http] ?? code, text: `HTTP ${http}` }))
  }
  for (const { id, http, grpc } of ENVOY_ANSWERS) {
    const contentType = ''
    add(
      HTTP_RUN,
      envoyRecordOf(id, {
        grpc: { httpStatus: 200, grpcStatus: codes[`envoy ${id}`] ?? grpc, contentType },
        json: { httpStatus: http, contentType },
      }),
    )
  }
  return {
    ...{ format: 1, scenario: 'grpc-fundamentals', title: '', question: '', command: '', begun: '' },
    profile: { name: 'quick', warmUpSeconds: 0, windowSeconds: 1, rounds: 1 },
    plan: { runs: [...byRun.keys()], rounds: 1 },
    environment: {},
    runs: [...byRun].map(([id, records]) => ({
      ...{ id, round: 1, labels: {}, begun: '', state: 'measured' as const },
      measured: facts({
        figures: Object.assign({}, ...records.map(({ figures }) => figures)),
        texts: Object.assign({}, ...records.map(({ texts }) => texts)),
      }),
    })),
    checks: [],
  }
}

const failedIn = (results: Results) =>
  checksOf(results).flatMap(({ title, outcome }) => (outcome === 'fails' ? [title] : []))

t.test('O1.8: every code has a cause that needs no proxy, and ids are unique', (t) => {
  const direct = CAUSES.filter(
    (cause) => waysOf(cause).includes('direct') && cause.ends?.direct === undefined,
  )
  const codes = [...new Set(direct.map(({ code }) => nameOf(code)))]
  t.strictSame(
    codes.toSorted(),
    Object.keys(status)
      .filter((name) => Number.isNaN(Number(name)))
      .toSorted(),
  )
  t.equal(new Set(CAUSES.map(({ id }) => id)).size, CAUSES.length)
  t.end()
})

t.test('O1.8: statuses as expected hold, and what was not measured does not fail', (t) => {
  t.ok(checksOf(resultsWith()).every(({ outcome }) => outcome === 'holds'))
  const none = { ...resultsWith(), runs: [] }
  t.ok(checksOf(none).every(({ outcome }) => outcome === 'not measured'))
  t.strictSame(sectionsOf(none), [])
  t.end()
})

t.test('O1.8: another code than expected fails the check of its code, of HTTP answers, or of Envoy', (t) => {
  t.strictSame(failedIn(resultsWith({ aborted: status.UNKNOWN })), [
    'ABORTED: each of its causes ends as expected, directly and through Envoy',
    'Each of the 17 codes was provoked by a cause of its own, without a proxy',
  ])
  t.match(failedIn(resultsWith({ '404': status.NOT_FOUND })), [/^HTTP answers/])
  t.match(failedIn(resultsWith({ 'envoy dead': status.INTERNAL })), [/^Envoy answers gRPC clients/])
  t.end()
})

t.test('O1.8: the report has a row for each cause, and says why where a code changes', (t) => {
  const [, causes, changes] = sectionsOf(resultsWith())
  if (causes?.kind !== 'table' || changes?.kind !== 'table') return t.fail('two tables')
  t.equal(causes.rows.length, CAUSES.length)
  t.strictSame(
    changes.rows.map(([what]) => what),
    CAUSES.filter(({ ends }) => ends !== undefined).map(({ what }) => what),
  )
  t.match(changes.rows[0]?.[1], 'CANCELLED; through Envoy UNAVAILABLE')
  t.match(changes.rows[1]?.[1], '42, not UNKNOWN')
  t.end()
})
