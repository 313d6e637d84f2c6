// What is valid and has no effect for some clients: which warnings there are, and which words they have.

import t from 'tap'
import { sampleWith } from '../../test/support/sample-config.ts'
import { formatSteps } from './problem.ts'
import { checkConfig } from './validate.ts'
import { warningsOf } from './warnings.ts'

const fleet = (more: object = {}) => ({
  kind: 'proxyless',
  lb: { policy: 'round_robin' },
  listeners: { echo: { l7: { routes: 'public' } } },
  ...more,
})

/** The sample with a fleet of gRPC clients, without what they would be warned about. */
function warnings(changes: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const checked = checkConfig(
    sampleWith({
      'upstreams.echo-v2.lb': undefined,
      'upstreams.echo': { endpoints: { b1: { address: '127.0.0.1:7101' } } },
      'fleets.clients': fleet(),
      ...changes,
    }),
  )
  if (!('config' in checked)) throw new Error(JSON.stringify(checked.problems))
  return Object.fromEntries(
    warningsOf(checked.config).map(({ steps, message }) => [formatSteps(steps), message]),
  )
}

t.test('a document in which everything has its effect has no warnings', async (t) => {
  t.same(warnings({}), {})
  t.same(warningsOf(sampleWith({})), [], 'Envoys alone')
})

const CASES: readonly [
  title: string,
  changes: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, string>>,
][] = [
  [
    'a switch of an upstream that only Envoys know',
    { 'upstreams.echo.healthCheck': { enabled: true } },
    {
      'upstreams.echo.healthCheck':
        'has no effect in fleet clients, whose kind is proxyless: only envoy clients support it',
    },
  ],
  [
    'the hash of a channel where Envoys hash',
    { 'upstreams.echo.lb': { policy: 'ring_hash', hashOn: { channelId: true } } },
    {
      'upstreams.echo.lb.hashOn.channelId':
        'the hash of a channel has no effect in fleet edge, whose kind is envoy',
    },
  ],
  [
    'T2: the hash of a cookie where gRPC clients hash',
    { 'upstreams.echo.lb': { policy: 'ring_hash', hashOn: { cookie: { name: 'endpoint', ttl: '1h' } } } },
    {
      'upstreams.echo.lb.hashOn.cookie': 'the hash of a cookie has no effect for any client of fleet clients',
    },
  ],
  [
    'T2: the hash of an address where gRPC clients hash',
    { 'upstreams.echo.lb': { policy: 'ring_hash', hashOn: { sourceIp: true } } },
    {
      'upstreams.echo.lb.hashOn.sourceIp':
        'the hash of an address has no effect for any client of fleet clients',
    },
  ],
  [
    'T2: the things of a list that gRPC clients or Envoys do not know',
    {
      'upstreams.echo.lb': {
        policy: 'ring_hash',
        hashOn: [{ header: 'x-user', terminal: true }, { query: 'tenant' }, { channelId: true }],
      },
    },
    {
      'upstreams.echo.lb.hashOn[1].query':
        'the hash of a query has no effect for any client of fleet clients',
      'upstreams.echo.lb.hashOn[2].channelId':
        'the hash of a channel has no effect in fleet edge, whose kind is envoy',
    },
  ],
  [
    'T2: the hash of a value that no filter of the fleet sets',
    {
      'upstreams.echo.lb': { policy: 'ring_hash', hashOn: { filterState: 'caller' } },
      'fleets.edge.filters': {
        filterState: { enabled: true, values: { other: { from: 'connection' } } },
      },
    },
    {
      'upstreams.echo.lb.hashOn.filterState':
        'the hash of a value of a filter has no effect for any client of fleet clients',
      'upstreams.echo.lb.hashOn':
        'hashes on the value caller, which fleets.edge.filters.filterState does not set: calls go to any endpoint',
    },
  ],
  [
    'T5: zone awareness in a fleet that does not say where its Envoys run',
    { 'upstreams.echo.lb': { policy: 'random', zoneAware: { enabled: true } } },
    {
      'upstreams.echo.lb.policy':
        'has no effect in fleet clients, whose kind is proxyless: only envoy clients support it',
      'upstreams.echo.lb.zoneAware':
        'has no effect in fleet edge, which does not say where its Envoys run: write fleets.edge.localities',
    },
  ],
  [
    'T5: zone awareness where gRPC clients call, and not where the Envoys are placed',
    {
      'upstreams.echo.lb': { policy: 'round_robin', zoneAware: { enabled: true } },
      'fleets.edge.localities': { near: { zone: 'a', envoys: 1 } },
    },
    {
      'upstreams.echo.lb.zoneAware': 'zone awareness has no effect for any client of fleet clients',
    },
  ],
  [
    'nothing, where Envoys and gRPC clients hash on a header',
    { 'upstreams.echo.lb': { policy: 'ring_hash', hashOn: { header: 'x-user' } } },
    {},
  ],
  ['nothing, where that switch is off', { 'upstreams.echo.healthCheck': { enabled: false } }, {}],
  [
    'a policy of an upstream that only some clients know',
    { 'upstreams.echo.lb': { policy: 'least_request' } },
    {
      'upstreams.echo.lb.policy':
        'has no effect for C++, Node and Python clients of fleet clients, which use round_robin instead: only Go and Java support it',
    },
  ],
  [
    'nothing, where the fleet has only clients that know it',
    { 'upstreams.echo.lb': { policy: 'least_request' }, 'fleets.clients.clients': ['go', 'java'] },
    {},
  ],
  [
    'a policy of the fleet that only some clients know',
    { 'fleets.clients': fleet({ clients: ['go', 'node'], lb: { policy: 'least_request' } }) },
    {
      'fleets.clients.lb.policy':
        'has no effect for Node clients of fleet clients, which use round_robin instead: only Go and Java support it',
    },
  ],
  [
    'a weight of an endpoint under round robin',
    { 'upstreams.echo.endpoints.b1.weight': 2 },
    {
      'upstreams.echo.endpoints.b1.weight':
        'the weight of an endpoint under round_robin has no effect for any client of fleet clients',
    },
  ],
  [
    'nothing for a weight on a ring',
    { 'upstreams.echo.endpoints.b1.weight': 2, 'upstreams.echo.lb': { policy: 'ring_hash' } },
    {},
  ],
  [
    'bounds of a circuit breaker, each at its place',
    { 'upstreams.echo.circuitBreaker': { requests: 5, pending: 1 } },
    {
      'upstreams.echo.circuitBreaker.pending':
        'the bound of pending has no effect for any client of fleet clients',
    },
  ],
  [
    'a size of a ring above the cap, with what raises it',
    { 'upstreams.echo.lb': { policy: 'ring_hash', minimumRingSize: 5000 } },
    {
      'upstreams.echo.lb.policy':
        "a ring of more than 4096 points has no effect for any client of fleet clients, unless the program raises gRPC's cap",
    },
  ],
  [
    'a condition for the retries of a rule',
    { 'routes.public.rules.echo.retry': { enabled: true, attempts: 1, on: ['reset', 'unavailable'] } },
    {
      'routes.public.rules.echo.retry.on[0]':
        'the condition reset has no effect for any client of fleet clients',
    },
  ],
  [
    'a prefix that no gRPC call has',
    { 'routes.public.rules.api': { match: { prefix: '/api/v1/' }, to: { echo: 1 } } },
    {
      'routes.public.rules.api.match.prefix':
        'matches no call of fleet clients: gRPC clients call /SERVICE/METHOD',
    },
  ],
]

for (const [title, changes, expected] of CASES) {
  t.test(`a person is warned of ${title}`, async (t) => {
    t.same(warnings(changes), expected)
  })
}

t.test('after a hundred warnings there is one with the number of the others', async (t) => {
  const endpoints = Object.fromEntries(
    Array.from({ length: 103 }, (_, index) => [
      `b${index}`,
      { address: `127.0.0.1:${index + 1}`, weight: 2 },
    ]),
  )
  const checked = checkConfig(sampleWith({ 'upstreams.echo': { endpoints }, 'fleets.clients': fleet() }))
  if (!('config' in checked)) throw new Error('valid')
  const found = warningsOf(checked.config)
  t.equal(found.length, 101)
  t.same(found.at(-1), { steps: [], message: 'and 3 more warnings' })
})

t.test('P12: a fleet of Envoys cannot hash on channels, and a fleet of gRPC clients can', async (t) => {
  const lb = { policy: 'ring_hash', hashOn: { channelId: true } }
  const problemsOf = (fleets: object) => {
    const checked = checkConfig(
      sampleWith({
        'upstreams.echo.endpoints': { b1: { address: '127.0.0.1:7101' } },
        'upstreams.echo-v2.lb': undefined,
        ...fleets,
      }),
    )
    return 'problems' in checked
      ? checked.problems.map(({ steps, message }) => `${formatSteps(steps)}: ${message}`)
      : []
  }
  t.same(problemsOf({ 'fleets.edge': undefined, 'fleets.clients': fleet({ lb }) }), [])
  t.same(problemsOf({ 'fleets.edge.lb': { mode: 'l7', ...lb } }), [
    'fleets.edge.lb.hashOn.channelId: the hash of a channel has no effect in fleet edge, whose kind is envoy',
  ])
  t.match(problemsOf({ 'fleets.clients': fleet({ lb: { ...lb, hashOn: {} } }) }), [
    /hashOn: must be one thing to hash calls on: \{ header: x-user \}.* or \{ channelId: true \}, not \{\}$/,
  ])
})

t.test('T14: a limit of the size of requests that may hold streams back is a warning', async (t) => {
  const found = (match: object, enabled = true) => {
    const filters = { requestSize: { maxBytes: 65_536 } }
    const config = sampleWith({
      'fleets.edge.filters': { requestSize: { enabled } },
      'routes.public.rules.put': { match, to: { echo: 1 }, filters },
    })
    return warningsOf(config).map(({ steps, message }) => `${formatSteps(steps)}: ${message}`)
  }
  const service = 'switchyard.kv.v1.KeyValueService'
  t.match(found({ service }), [
    /^routes\.public\.rules\.put\.filters\.requestSize: holds each request back .* match single unary/,
  ])
  t.same(found({ service, method: 'Put' }), [], 'the twin that names a method')
  t.same(found({ path: `/${service}/Put` }), [], 'and a path')
  t.same(found({ service }, false), [], 'the twin that is off')
})

t.test('T17: admission control beside adaptive concurrency is a warning', async (t) => {
  const found = (filters: object) =>
    warningsOf(sampleWith({ 'fleets.edge.filters': filters })).map(
      ({ steps, message }) => `${formatSteps(steps)}: ${message}`,
    )
  const admissionControl = { enabled: true }
  t.match(found({ admissionControl, adaptiveConcurrency: { enabled: true } }), [
    /^fleets\.edge\.filters\.admissionControl: answers the calls .* turn one of them off$/,
  ])
  t.same(found({ admissionControl, adaptiveConcurrency: { enabled: false } }), [], 'the twin: one is off')
})
