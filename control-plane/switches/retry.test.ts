// Retries: settings that contradict each other, what gRPC clients do not know, and budgets beside numbers.

import t from 'tap'
import { circuitBreaker } from './circuit-breaker.ts'
import { retry } from './retry.ts'

type Written = Parameters<NonNullable<typeof retry.problems>>[0]

const problemsOf = (written: Omit<Written, 'enabled'>, enabled = true) => [
  ...(retry.problems?.({ enabled, ...written }, { jwt: {} }) ?? []),
]

t.test('T9: a timeout of attempts needs the condition that it causes', async (t) => {
  const perTryTimeout = '1s'
  t.same(problemsOf({ perTryTimeout, on: ['unavailable', 'reset'] }), [], 'the accepted twin')
  t.same(problemsOf({ perTryTimeout }, false), [], 'off')
  const message =
    'would end the call at the first attempt: add reset to "on", the condition for a retry after it'
  t.same(problemsOf({ perTryTimeout }), [{ steps: ['perTryTimeout'], message }])
  t.same(problemsOf({ perTryTimeout, on: ['unavailable'] }), [{ steps: ['perTryTimeout'], message }])
  const perTryIdleTimeout = '1s'
  t.same(problemsOf({ perTryIdleTimeout, on: ['reset'] }), [], 'the accepted twin')
  t.same(problemsOf({ perTryIdleTimeout }), [{ steps: ['perTryIdleTimeout'], message }])
})

t.test('T9: the longest wait cannot be shorter than the first one', async (t) => {
  t.same(problemsOf({ backOff: { base: '250ms' } }), [], 'the accepted twin')
  t.same(problemsOf({ backOff: { base: '1s' } }), [
    { steps: ['backOff', 'max'], message: 'is 250ms, which is less than base, 1s: write at least 1s' },
  ])
})

t.test(
  'T9: gRPC clients know no timeouts of attempts, no other endpoints and no waits that answers ask for',
  async (t) => {
    const stepsOf = (written: Written) => [
      ...new Set(
        (retry.unsupportedBy?.(written, { policy: 'round_robin' }) ?? []).map(({ steps }) => steps?.join()),
      ),
    ]
    t.same(stepsOf({ enabled: true, on: ['unavailable'], backOff: { base: '1s', max: '2s' } }), [])
    const rateLimitedBackOff = { enabled: true }
    t.same(stepsOf({ enabled: true, rateLimitedBackOff: { enabled: false } }), [])
    const all = { perTryTimeout: '1s', perTryIdleTimeout: '1s', otherEndpoint: true, rateLimitedBackOff }
    t.same(stepsOf({ enabled: true, ...all }).toSorted(), Object.keys(all).toSorted())
  },
)

t.test('T9: a budget of retries and a number of them exclude each other', async (t) => {
  const found = (written: Parameters<NonNullable<typeof circuitBreaker.problems>>[0]) => [
    ...(circuitBreaker.problems?.(written, { jwt: {} }) ?? []),
  ]
  t.same(found({ retries: 5 }), [])
  t.same(found({ retries: 5, retryBudget: { enabled: false } }), [], 'off')
  t.same(found({ requests: 5, retryBudget: { enabled: true } }), [])
  t.match(found({ retries: 5, retryBudget: { enabled: true } }), [
    { steps: ['retries'], message: /^has no effect beside a retryBudget that is on: remove it/ },
  ])
})
