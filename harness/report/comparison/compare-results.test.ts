// Two results, run by run.

import t from 'tap'
import { madeResults } from '../../../test/support/made-results.ts'
import type { Results } from '../../results.ts'
import { type Comparison, compareResults } from './compare-results.ts'
import { answerText, ratioText, verdictText, warningsOf } from './comparison-words.ts'

const a = madeResults({ calls: 300 })
const b = madeResults({ calls: 300, seed: 11, slowdown: 1.6 })
const verdictOf = (comparison: Comparison, measure: string, run: string) =>
  comparison.measures.find(({ id }) => id === measure)?.runs.find(({ id }) => id === run)?.verdict

t.test('what got slower differs, and what did not cannot be told apart', async (t) => {
  const comparison = compareResults(a, b)
  t.match(verdictOf(comparison, 'p50', 'l7-round-robin.unary.1-connections'), {
    outcome: 'different',
    direction: 'higher',
  })
  t.equal(verdictOf(comparison, 'p50', 'pick-first.unary.1-connections')?.outcome, 'not distinguishable')
  t.strictSame(
    comparison.measures.map(({ id }) => id),
    ['p50', 'p99', 'throughput', 'cpu', 'shares'],
  )
})

t.test('a result differs in nothing from itself', async (t) => {
  const comparison = compareResults(a, a)
  const verdicts = comparison.measures.flatMap(({ runs }) => runs.map(({ verdict }) => verdict.outcome))
  t.notOk(verdicts.includes('different'))
  t.match(
    answerText(comparison),
    /^0 of 150 comparisons differ\. If nothing had changed, chance alone would give up to about 8\.$/,
  )
  t.strictSame(warningsOf(a, a, comparison), [])
})

t.test('too few rounds tell nothing apart', async (t) => {
  const short = (results: Results): Results => ({
    ...results,
    runs: results.runs.filter(({ round }) => round < 4),
  })
  t.equal(
    answerText(compareResults(short(a), short(b))),
    'Nothing can be told apart: there are too few rounds.',
  )
})

t.test('what only one of them has, and what differs around them, is said', async (t) => {
  const { ended: _, ...rest } = b
  const other = {
    ...rest,
    scenario: 'other',
    environment: { ...b.environment, Envoy: '1.41.0' },
    runs: b.runs.filter(({ id }) => id !== 'l4.unary.1-connections'),
    checks: b.checks.slice(1),
  }
  const comparison = compareResults(a, other)
  t.strictSame(warningsOf(a, other, comparison), [
    'A is of the scenario `grpc-loadbalancing`, B of `other`.',
    'The environments differ in `Envoy`.',
    'Only A has `l4.unary.1-connections`.',
    'B is unfinished.',
  ])
  t.match(comparison.checks[0], { a: 'holds', b: undefined })
  t.match(
    comparison.environment.filter(({ differs }) => differs),
    [{ name: 'Envoy', a: '1.40.0', b: '1.41.0' }],
  )
})

t.test('results without a common run have no measures', async (t) => {
  const comparison = compareResults(a, { ...b, runs: [] })
  t.strictSame(comparison.measures, [])
  t.equal(answerText(comparison), 'The two have no run in common.')
})

t.test('a ratio and a verdict are short', async (t) => {
  t.equal(ratioText(1), '1.00×')
  t.equal(ratioText(123.4), '123×')
  t.equal(ratioText(Number.NaN), '–')
  t.equal(ratioText(Number.POSITIVE_INFINITY), '–')
  const verdict = { p: 0.0079, ratio: 1, direction: 'same', variation: 0.123 } as const
  t.equal(verdictText({ ...verdict, outcome: 'different' }), 'different, p 0.008')
  t.equal(verdictText({ ...verdict, outcome: 'too noisy' }), 'too noisy: rounds vary by 12 %')
  t.equal(verdictText({ ...verdict, outcome: 'too few rounds' }), 'too few rounds')
  t.equal(
    verdictText({ ...verdict, outcome: 'not distinguishable', p: 0.00002 }),
    'not distinguishable, p 2e-5',
  )
})
