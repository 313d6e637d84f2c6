// The checks of the chapter hold for what it found here, and fail for what must not be.

import t from 'tap'
import { facts } from '../../../../harness/facts.ts'
import type { Results } from '../../../../harness/results.ts'
import { madeResults } from '../../../../test/support/made-results.ts'
import type { Pair } from './call-pairs.ts'
import { evolutionChecks } from './checks.ts'
import { measurePresence } from './presence.ts'

function resultsOf(run: string, texts: Readonly<Record<string, unknown>>): Results {
  const text = Object.entries(texts).map(([name, value]) => [name, JSON.stringify(value)])
  const measured = facts({ texts: Object.fromEntries(text) })
  return {
    ...madeResults({ rounds: 1, calls: 1 }),
    runs: [{ id: `evolution.${run}`, round: 1, labels: {}, begun: '', state: 'measured', measured }],
  }
}

/** The outcomes of the checks that were measured. */
const outcomes = (results: Results) =>
  evolutionChecks(results).flatMap(({ outcome }) => (outcome === 'not measured' ? [] : [outcome]))

const PAIR: Pair = { client: 'v5', server: 'v1', status: 'OK', sees: [], back: [], json: [] }

t.test('O1.1: without results, nothing is measured', async (t) => {
  t.strictSame(outcomes({ ...resultsOf('calls', {}), runs: [] }), [])
})

t.test('O1.1: a refused version, and an accepted mistake, fail', async (t) => {
  const verdicts = (v2: boolean, reused: boolean) =>
    resultsOf('breaking', {
      verdicts: [
        { id: 'v2', accepted: v2 },
        { id: 'number-reused', accepted: reused },
        { id: 'presence-added', accepted: true },
      ],
    })
  t.strictSame(outcomes(verdicts(true, false)), ['holds', 'holds'])
  t.strictSame(outcomes(verdicts(false, true)), ['fails', 'fails'])
})

t.test('O1.1: an order that does not come back whole, or a field that is not seen, fails', async (t) => {
  const kept = { ...PAIR, sees: ['note (6): unknown, kept'] }
  t.strictSame(outcomes(resultsOf('calls', { pairs: [kept] })), ['holds', 'holds'])
  const lost = { ...PAIR, sees: ['note (6): lost'], back: ['note (6): lost'] }
  t.strictSame(outcomes(resultsOf('calls', { pairs: [lost] })), ['fails', 'fails'])
  t.strictSame(outcomes(resultsOf('calls', { pairs: [], careless: kept })), ['fails'], 'nothing was lost')
})

t.test('O1.1: a mistake without harm, and harm without a mistake, fail', async (t) => {
  const harmed = { ...PAIR, sees: ['quantity (3): 2 → 1'] }
  const changes = (mistake: Pair, other: Pair) =>
    resultsOf('changes', {
      changes: [
        { id: 'type-same-wire', oldToNew: mistake, newToOld: PAIR },
        { id: 'presence-added', oldToNew: other, newToOld: PAIR },
      ],
    })
  t.strictSame(outcomes(changes(harmed, PAIR)), ['holds'])
  t.strictSame(outcomes(changes(PAIR, PAIR)), ['fails'])
  t.strictSame(outcomes(changes(harmed, harmed)), ['fails'])
})

t.test('O1.1: defaults have bytes where a field has presence', async (t) => {
  const { texts = {} } = await measurePresence()
  const presence = JSON.parse(texts.presence ?? '[]')
  t.strictSame(outcomes(resultsOf('presence', { presence })), ['holds'])
  t.strictSame(outcomes(resultsOf('presence', { presence: [{ set: 'quantity = 0', hex: '1800' }] })), [
    'fails',
  ])
})
