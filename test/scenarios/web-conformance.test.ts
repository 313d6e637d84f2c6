// What the chapter makes of results of the suite: which failures are explained, and which fail the check.

import t from 'tap'
import { CONFORMANCE } from '../../experiments/scenarios/grpc-web/conformance/chapter.ts'
import { explain, KNOWN_FAILURES } from '../../experiments/scenarios/grpc-web/conformance/known.ts'
import { idOf, SUBJECTS, toMeasured } from '../../experiments/scenarios/grpc-web/conformance/runs.ts'
import { facts } from '../../harness/facts.ts'
import { PROFILE } from '../../harness/profile.ts'
import type { Measured, Results } from '../../harness/results.ts'

const OK_TEXT = "trailers include a non-empty 'grpc-message' value with zero/okay 'grpc-status'"
const ACCEPTED = 'expecting an error but received none'
const VERB = 'gRPC Unexpected Requests/HTTPVersion:2/TLS:false/unexpected-verb'

const resultsOf = (measured: Measured): Results => {
  const [first] = SUBJECTS
  const run = { id: idOf(first ?? { id: '' }), round: 1, labels: {}, begun: '', state: 'measured', measured }
  return { runs: [run], profile: PROFILE.standard } as unknown as Results
}
const checkOf = (...failed: { name: string; reasons: string[] }[]) =>
  CONFORMANCE.checks(resultsOf(toMeasured({ cases: 10, failed })))[0]

t.test('O3.2: cases that fail for known reasons hold, with their number', async (t) => {
  const failed = [
    { name: 'Basic/unary/success', reasons: [OK_TEXT] },
    { name: VERB, reasons: [OK_TEXT, ACCEPTED] },
  ]
  t.match(checkOf(...failed), { outcome: 'holds', detail: '8 of 10 cases pass, 2 fail for known reasons' })
  t.match(toMeasured({ cases: 10, failed }).figures, {
    'explained by message-with-ok': 2,
    'explained by any-verb': 1,
  })
})

t.test('O3.2: a case with one reason that is unknown fails the check, with its name', async (t) => {
  t.match(checkOf({ name: 'Basic/unary/success', reasons: [OK_TEXT, 'something else'] }), {
    outcome: 'fails',
    detail:
      /9 of 10 cases pass, 0 fail for known reasons; unexplained: Basic\/unary\/success \(.*something else\)/,
  })
  t.match(checkOf({ name: 'Basic/unary/success', reasons: [] }), { outcome: 'fails' }, 'nor without a reason')
})

t.test('O3.2: a quick run is checked for what it runs', async (t) => {
  const checks = (profile: Results['profile']) => CONFORMANCE.checks({ ...resultsOf(facts()), profile })
  t.equal(checks(PROFILE.standard).length, SUBJECTS.length)
  t.equal(checks(PROFILE.quick).length, CONFORMANCE.runs(PROFILE.quick).length)
})

t.test('O3.2: a reason explains only the cases that it is known for', async (t) => {
  t.equal(explain(VERB, ACCEPTED)?.id, 'any-verb')
  t.equal(explain('Basic/unary/success', ACCEPTED), undefined)
})

t.test('O3.2: a suite without cases shows nothing', async (t) => {
  t.match(CONFORMANCE.checks(resultsOf(toMeasured({ cases: 0, failed: [] })))[0], { outcome: 'not measured' })
  t.match(CONFORMANCE.checks(resultsOf(facts()))[0], { outcome: 'not measured' })
  t.equal(new Set(KNOWN_FAILURES.map(({ id }) => id)).size, KNOWN_FAILURES.length)
})
