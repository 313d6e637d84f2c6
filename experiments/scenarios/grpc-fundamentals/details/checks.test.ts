// What the checks of error details say about results that are as expected, that are not, and that are not there.

import { status } from '@grpc/grpc-js'
import t from 'tap'
import { facts } from '../../../../harness/facts.ts'
import type { Results } from '../../../../harness/results.ts'
import { checksOf } from './checks.ts'
import { RUNS, record } from './figures.ts'
import { QUOTA } from './quota.ts'
import { sectionsOf } from './sections.ts'
import { KINDS } from './ten-details.ts'

const beyond = { code: status.UNAVAILABLE, text: 'reset', bytes: 0 }
const LIMIT = { most: 45_000, beyond, farBeyond: beyond, isNeighborAlive: false }
const LOST = { firstCode: status.UNAVAILABLE, firstText: 'dropped', reason: '' }
const seen = (kinds: readonly { readonly schema: { readonly typeName: string } }[]) => [
  {
    ...{ code: status.ABORTED, message: 'no', bytes: 100 },
    details: kinds.map(({ schema }) => ({ type: schema.typeName, json: {} })),
  },
]

/** What runs leave if all is as expected, with changes by the id of a run. */
function resultsWith(changes: Readonly<Record<string, unknown>> = {}): Results {
  const found: Readonly<Record<string, unknown>> = {
    [RUNS.sent('direct')]: seen(KINDS),
    [RUNS.sent('envoy')]: seen(KINDS),
    [RUNS.size('direct')]: LIMIT,
    [RUNS.size('envoy')]: LIMIT,
    [RUNS.retries(0)]: { attempts: 15, refused: 3, seconds: 1 },
    [RUNS.retries(1)]: { attempts: 40, refused: 28, seconds: 1 },
    [RUNS.lost(false)]: { ...LOST, secondCode: status.OK, changes: 2 },
    [RUNS.lost(true)]: { ...LOST, secondCode: status.ABORTED, changes: 1 },
    ...changes,
  }
  return {
    ...{ format: 1, scenario: 'grpc-fundamentals', title: '', question: '', command: '', begun: '' },
    profile: { name: 'quick', warmUpSeconds: 0, windowSeconds: 1, rounds: 1 },
    plan: { runs: Object.keys(found), rounds: 1 },
    environment: {},
    runs: Object.entries(found).map(([id, one]) => ({
      ...{ id, round: 1, labels: {}, begun: '', state: 'measured' as const },
      measured: facts(record(one, {})),
    })),
    checks: [],
  }
}

const failedIn = (results: Results) =>
  checksOf(results).flatMap(({ title, outcome }) => (outcome === 'fails' ? [title] : []))

t.test('O1.9: what is as expected holds, and what was not measured does not fail', (t) => {
  t.ok(checksOf(resultsWith()).every(({ outcome }) => outcome === 'holds'))
  const none = { ...resultsWith(), runs: [] }
  t.ok(checksOf(none).every(({ outcome }) => outcome === 'not measured'))
  const quota = { ...QUOTA, total: 12 }
  t.strictSame(sectionsOf(none, quota), [])
  t.equal(sectionsOf(resultsWith(), quota).length, 5)
  t.end()
})

const CASES = [
  {
    title: 'a kind that was not read',
    run: RUNS.sent('envoy'),
    found: seen(KINDS.slice(1)),
    check: /ten kinds/,
  },
  {
    title: 'a limit below 4 KiB',
    run: RUNS.size('direct'),
    found: { ...LIMIT, most: 4000 },
    check: /limit of size/,
  },
  {
    title: 'a status that survives its details',
    run: RUNS.size('envoy'),
    found: { ...LIMIT, beyond: { ...beyond, code: status.FAILED_PRECONDITION } },
    check: /limit of size/,
  },
  {
    title: 'a client that is refused more than once a window',
    run: RUNS.retries(0),
    found: { attempts: 17, refused: 5, seconds: 1 },
    check: /RetryInfo/,
  },
  {
    title: 'a versioned write that was done twice',
    run: RUNS.lost(true),
    found: { ...LOST, secondCode: status.OK, changes: 2 },
    check: /done twice/,
  },
]

for (const { title, run, found, check } of CASES) {
  t.test(`O1.9: ${title} fails its check, and no other`, (t) => {
    const failed = failedIn(resultsWith({ [run]: found }))
    t.equal(failed.length, 1)
    t.match(failed[0], check)
    t.end()
  })
}
