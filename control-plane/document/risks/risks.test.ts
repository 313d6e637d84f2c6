// Combinations that are valid and risky: which warnings there are, what they say, and twins that have none.

import t from 'tap'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { formatSteps } from '../problem.ts'
import { checkConfig } from '../validate.ts'
import { warningsOf } from '../warnings.ts'

const RULE = 'routes.public.rules.echo'
const BREAKER = 'upstreams.echo.circuitBreaker'

type Changes = Readonly<Record<string, unknown>>

function warnings(changes: Changes): Readonly<Record<string, string>> {
  const checked = checkConfig(sampleWith({ 'fleets.edge.lb.mode': 'l7', ...changes }))
  if (!('config' in checked)) throw new Error(JSON.stringify(checked.problems))
  return Object.fromEntries(
    warningsOf(checked.config).map(({ steps, message }) => [formatSteps(steps), message]),
  )
}

const retry = (more: object = {}) => ({ enabled: true, attempts: 3, on: ['unavailable'], ...more })
const hedging = { enabled: true, delay: '100ms' }
const BUDGET = { retryBudget: { enabled: true } }
const endpoints = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`b${index}`, { address: `127.0.0.1:${index + 1}` }]),
  )

const RISKS: readonly [
  title: string,
  changes: Changes,
  at: string,
  message: RegExp,
  twins: Readonly<Record<string, Changes>>,
][] = [
  [
    'retries of errors, without a budget',
    { [`${RULE}.retry`]: retry() },
    `${RULE}.retry`,
    /become 4 attempts at the backend .* when it fails, .*: turn on upstreams\.echo\.circuitBreaker\.retryBudget, or write fewer/,
    {
      'with a budget': { [`${RULE}.retry`]: retry(), [BREAKER]: BUDGET },
      'with a number of retries': { [`${RULE}.retry`]: retry(), [BREAKER]: { retries: 10 } },
      'with two retries': { [`${RULE}.retry`]: retry({ attempts: 2 }) },
      'of refused streams': { [`${RULE}.retry`]: retry({ attempts: 10, on: ['refused-stream'] }) },
      off: { [`${RULE}.retry`]: retry({ enabled: false }) },
    },
  ],
  [
    'retries of slow attempts',
    { [`${RULE}.retry`]: retry({ attempts: 2, on: ['reset'], perTryTimeout: '1s' }) },
    `${RULE}.retry`,
    /become 3 attempts .* fails or is slower than an attempt may be/,
    {
      'with a budget': {
        [`${RULE}.retry`]: retry({ attempts: 2, on: ['reset'], perTryTimeout: '1s' }),
        [BREAKER]: BUDGET,
      },
      'with one retry': { [`${RULE}.retry`]: retry({ attempts: 1, on: ['reset'], perTryTimeout: '1s' }) },
    },
  ],
  [
    'hedges of a fleet',
    {
      'fleets.edge.hedging': hedging,
      [`${RULE}.retry`]: retry({ attempts: 2 }),
      'routes.public.rules.canary': undefined,
    },
    'fleets.edge.hedging',
    /become 3 attempts .*the hedges among them\) when it is slow or fails/,
    {
      'with a budget': {
        'fleets.edge.hedging': hedging,
        [`${RULE}.retry`]: retry({ attempts: 2 }),
        'routes.public.rules.canary': undefined,
        [BREAKER]: BUDGET,
      },
      off: { 'fleets.edge.hedging': { ...hedging, enabled: false } },
    },
  ],
  [
    'an attempt that may last as long as the call',
    { [`${RULE}.retry`]: retry({ attempts: 1, on: ['reset'], perTryTimeout: '5s' }) },
    `${RULE}.retry.perTryTimeout`,
    /is 5s, and timeout of routes\.public\.rules\.echo ends the call after 5s: no retry starts.* Write less than 5s$/,
    {
      'a shorter one': { [`${RULE}.retry`]: retry({ attempts: 1, on: ['reset'], perTryTimeout: '4s' }) },
      'no timeout': {
        [`${RULE}.retry`]: retry({ attempts: 1, on: ['reset'], perTryTimeout: '5s' }),
        [`${RULE}.timeout`]: '0s',
      },
    },
  ],
  [
    'a hedge that starts after the call',
    { [`${RULE}.hedging`]: { enabled: true, delay: '6s' }, [`${RULE}.retry`]: retry({ attempts: 1 }) },
    `${RULE}.hedging.delay`,
    /no hedge starts/,
    {
      'a sooner one': { [`${RULE}.hedging`]: hedging, [`${RULE}.retry`]: retry({ attempts: 1 }) },
    },
  ],
  [
    'a mirror that has the calls already',
    { [`${RULE}.mirror`]: { echo: { enabled: true, percentage: 50 } } },
    `${RULE}.mirror.echo`,
    /50 % of them run twice there/,
    {
      'another upstream': { [`${RULE}.mirror`]: { 'echo-v2': { enabled: true } } },
      off: { [`${RULE}.mirror`]: { echo: { enabled: false } } },
    },
  ],
  [
    'an ejection of all endpoints without a panic',
    { 'upstreams.echo.outlierDetection': { enabled: true, maxPercent: 100 } },
    'upstreams.echo.outlierDetection.maxPercent',
    /is 100, and lb\.panicThreshold is 0 in fleet edge/,
    {
      'with a panic': {
        'upstreams.echo.outlierDetection': { enabled: true, maxPercent: 100 },
        'fleets.edge.lb.panicThreshold': 50,
      },
      'half of them': { 'upstreams.echo.outlierDetection': { enabled: true, maxPercent: 50 } },
      off: { 'upstreams.echo.outlierDetection': { enabled: false, maxPercent: 100 } },
    },
  ],
  [
    'health checks that are a load',
    { 'upstreams.echo.healthCheck.interval': '50ms' },
    'upstreams.echo.healthCheck.interval',
    /is 50ms: each Envoy makes 60 checks a second \(3 endpoints, 20 each\), and each endpoint gets 20 times the number of Envoys/,
    {
      'ten a second': { 'upstreams.echo.healthCheck.interval': '100ms' },
      off: { 'upstreams.echo.healthCheck': { enabled: false, interval: '50ms' } },
    },
  ],
  [
    'health checks of many endpoints',
    { 'upstreams.echo.endpoints': endpoints(501) },
    'upstreams.echo.healthCheck.interval',
    /is 1s: each Envoy makes 501 checks a second/,
    { 'of fewer': { 'upstreams.echo.endpoints': endpoints(500) } },
  ],
  [
    'connections that are cut in mode l4',
    { 'fleets.edge.lb.mode': 'l4', 'fleets.edge.drain': { maxConnectionAge: '10m' } },
    'fleets.edge.drain.maxConnectionAge',
    /cuts each connection after 10m together with its calls/,
    { 'in mode l7, where it has no effect': { 'fleets.edge.drain': { maxConnectionAge: '10m' } } },
  ],
  [
    'a fault of every call',
    { 'fleets.edge.filters': { fault: { enabled: true, abort: { status: 'UNAVAILABLE' } } } },
    'fleets.edge.filters.fault.abort',
    /ends every call with UNAVAILABLE/,
    {
      'of some': {
        'fleets.edge.filters': { fault: { enabled: true, abort: { status: 'UNAVAILABLE', percentage: 99 } } },
      },
      off: { 'fleets.edge.filters': { fault: { enabled: false, abort: { status: 'UNAVAILABLE' } } } },
    },
  ],
]

for (const [title, changes, at, message, twins] of RISKS) {
  t.test(`a person is warned of ${title}`, async (t) => {
    const found = warnings(changes)
    t.same(Object.keys(found), [at])
    t.match(found[at], message)
    for (const [twin, other] of Object.entries(twins)) t.same(warnings(other), {}, `the twin: ${twin}`)
  })
}

t.test('a risk of an upstream that several fleets serve is said once', async (t) => {
  const { edge } = sampleWith({ 'fleets.edge.lb.mode': 'l7' }).fleets
  const config = sampleWith({
    'fleets.edge': edge,
    'fleets.other': { ...edge, listeners: { main: { port: 10_001, l7: { routes: 'public' } } } },
    'upstreams.echo.healthCheck.interval': '50ms',
  })
  t.equal(warningsOf(config).length, 1)
})
