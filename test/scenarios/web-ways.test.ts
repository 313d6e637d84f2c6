// The check of a way: what it is known to do, and anything else.

import t from 'tap'
import { WAYS_CHAPTER } from '../../experiments/scenarios/grpc-web/ways/chapter.ts'
import { expectedOf } from '../../experiments/scenarios/grpc-web/ways/expected.ts'
import { PROBES } from '../../experiments/scenarios/grpc-web/ways/probes.ts'
import { WAYS } from '../../experiments/scenarios/grpc-web/ways/ways.ts'
import { facts } from '../../harness/facts.ts'
import { PROFILE } from '../../harness/profile.ts'
import type { Results } from '../../harness/results.ts'

const known = (way: string) =>
  Object.fromEntries(PROBES.map(({ id }) => [id, expectedOf(id, way) ?? 'unknown']))

function resultsOf(changes: Readonly<Record<string, string>>): Results {
  const runs = WAYS.map(({ id }) => ({
    ...{ id: `ways.${id}`, round: 1, labels: {}, begun: '', state: 'measured' as const },
    measured: facts({ texts: { ...known(id), ...(id === 'envoy' ? changes : {}) } }),
  }))
  return { runs } as unknown as Results
}

const outcomesOf = (results: Results) => WAYS_CHAPTER.checks(results).map(({ outcome }) => outcome)

t.test('O3.1, O3.2: each probe has an outcome that is known for each way', async (t) => {
  for (const { id } of WAYS)
    for (const probe of PROBES) t.type(expectedOf(probe.id, id), 'string', `${id}: ${probe.id}`)
  t.strictSame(
    outcomesOf(resultsOf({})),
    WAYS.map(() => 'holds'),
  )
})

t.test('O3.1: a way that does otherwise fails its check, and no other', async (t) => {
  const results = resultsOf({ 'unary-text': 'HTTP 415' })
  t.strictSame(outcomesOf(results), ['fails', 'holds', 'holds', 'holds'])
  t.match(WAYS_CHAPTER.checks(results)[0], {
    row: 'O3.1',
    detail: 'unary call, text: HTTP 415, not OK in trailers, 1 message',
  })
})

t.test('O3.1, O3.2: a way that was skipped is not measured, and is not in the table', async (t) => {
  const { runs } = resultsOf({})
  const results = { runs: runs.slice(0, 1) } as unknown as Results
  t.strictSame(outcomesOf(results), ['holds', 'not measured', 'not measured', 'not measured'])
  const [table] = WAYS_CHAPTER.sections(results)
  t.match(table, { kind: 'table', columns: [{ title: 'call' }, { title: "Envoy's filter" }] })
  t.equal(WAYS_CHAPTER.runs(PROFILE.quick).length, WAYS.length)
})
