// Fleets of gRPC clients: what validation rejects before a client would NACK it, each with an accepted twin.

import t from 'tap'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { formatSteps } from '../problem.ts'
import { checkConfig } from '../validate.ts'

const CLIENTS = 'fleets.clients'
const FLEET = {
  kind: 'proxyless',
  lb: { policy: 'round_robin' },
  listeners: { echo: { l7: { routes: 'public' } } },
}
const ENDPOINTS = 'upstreams.echo.endpoints'

/** The sample with a fleet of gRPC clients, whose endpoints all have IP addresses. */
const withClients = (changes: Readonly<Record<string, unknown>>) =>
  sampleWith({
    [`${ENDPOINTS}.b3`]: undefined,
    'upstreams.echo-v2.lb': undefined,
    [CLIENTS]: structuredClone(FLEET),
    ...changes,
  })

function problemsOf(changes: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const checked = checkConfig(withClients(changes))
  if ('config' in checked) return {}
  return Object.fromEntries(checked.problems.map(({ steps, message }) => [formatSteps(steps), message]))
}

const ACCEPTED: readonly [title: string, changes: Readonly<Record<string, unknown>>][] = [
  ['the fleet of the others', {}],
  ['the mode l7, which may be written', { [`${CLIENTS}.lb`]: { mode: 'l7', policy: 'ring_hash' } }],
  ['a list of clients', { [`${CLIENTS}.clients`]: ['node', 'python'] }],
  ['a fleet without listeners', { [`${CLIENTS}.listeners`]: {} }],
  ['hosts that name the listener', { 'routes.public.hosts': ['echo'] }],
  ['hosts with a wildcard at the start', { 'routes.public.hosts': ['*cho'] }],
  ['hosts with a wildcard at the end', { 'routes.public.hosts': ['ec*'] }],
  ['retries after errors that gRPC knows', { [`${CLIENTS}.retry`]: { enabled: true, on: ['unavailable'] } }],
  [
    'the policy of a client that has it',
    { [CLIENTS]: { ...FLEET, clients: ['go'], lb: { policy: 'least_request' } } },
  ],
]

for (const [title, changes] of ACCEPTED) {
  t.test(`validation accepts ${title}`, async (t) => {
    t.same(problemsOf(changes), {})
  })
}

const REJECTED: readonly [
  title: string,
  changes: Readonly<Record<string, unknown>>,
  problems: Readonly<Record<string, RegExp>>,
][] = [
  [
    'mode l4',
    { [`${CLIENTS}.lb.mode`]: 'l4' },
    { [`${CLIENTS}.lb.mode`]: /^must be l7, because a gRPC client/ },
  ],
  [
    'fields of a listener with a socket',
    { [`${CLIENTS}.listeners.echo`]: { port: 1, l4: { upstream: 'echo' }, l7: { routes: 'public' } } },
    {
      [`${CLIENTS}.listeners.echo.port`]: /^unknown field.* Use one of: l7/,
      [`${CLIENTS}.listeners.echo.l4`]: /^unknown field/,
    },
  ],
  [
    'a switch of Envoys',
    { [`${CLIENTS}.timeouts`]: { streamIdle: '1h' } },
    { [`${CLIENTS}.timeouts`]: /^is allowed only with kind: envoy/ },
  ],
  [
    'security, which a client has no way to enforce',
    { [`${CLIENTS}.security`]: { rbac: { enabled: true, rules: {} } } },
    { [`${CLIENTS}.security`]: /^is allowed only with kind: envoy/ },
  ],
  [
    'an unknown client',
    { [`${CLIENTS}.clients`]: ['rust'] },
    { [`${CLIENTS}.clients[0]`]: /one of cpp, go/ },
  ],
  [
    'a route that is not there',
    { [`${CLIENTS}.listeners.echo.l7.routes`]: 'pubic' },
    { [`${CLIENTS}.listeners.echo.l7.routes`]: /^unknown entry of routes "pubic"/ },
  ],
  [
    'a listener that no host of its routes matches',
    { 'routes.public.hosts': ['echo.local', '*.echo'] },
    {
      [`${CLIENTS}.listeners.echo`]:
        /calls to xds:\/\/\/echo would find no route: add "echo" or "\*" to routes\.public\.hosts/,
    },
  ],
  [
    'a host in other letters, which clients tell apart',
    { 'routes.public.hosts': ['Echo'] },
    { [`${CLIENTS}.listeners.echo`]: /matches no host/ },
  ],
  [
    'a Unix socket',
    { [`${ENDPOINTS}.b1.address`]: 'unix:/run/b1.sock' },
    {
      [`${ENDPOINTS}.b1.address`]:
        /^is a Unix socket, and gRPC clients \(fleet clients\) connect to IP addresses only/,
    },
  ],
  [
    'one IPv6 address in two spellings',
    { [`${ENDPOINTS}.b1.address`]: '[::1]:7101', [`${ENDPOINTS}.b2.address`]: '[0:0::1]:7101' },
    { [`${ENDPOINTS}.b2.address`]: /^is also the address of b1, which gRPC clients \(fleet clients\) NACK/ },
  ],
  [
    'a policy that no gRPC client knows',
    { [`${CLIENTS}.lb`]: { policy: 'maglev' } },
    {
      [`${CLIENTS}.lb.policy`]:
        /^has no effect in fleet clients, whose kind is proxyless: only envoy clients/,
    },
  ],
  [
    'a policy that none of its clients knows',
    { [CLIENTS]: { ...FLEET, clients: ['node', 'cpp'], lb: { policy: 'least_request' } } },
    {
      [`${CLIENTS}.lb.policy`]:
        /^has no effect for any client of fleet clients.*: only Go and Java support it$/,
    },
  ],
  [
    'a condition for retries that gRPC does not know',
    { [`${CLIENTS}.retry`]: { enabled: true, on: ['unavailable', 'reset'] } },
    { [`${CLIENTS}.retry.on[1]`]: /^the condition reset has no effect for any client of fleet clients$/ },
  ],
]

for (const [title, changes, problems] of REJECTED) {
  t.test(`validation rejects ${title}`, async (t) => {
    const found = problemsOf(changes)
    t.same(Object.keys(found).toSorted(), Object.keys(problems).toSorted())
    t.match(found, problems)
  })
}

t.test('sums of weights beyond 32 bits are rejected', async (t) => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => [
      `b${index}`,
      { address: `127.0.0.1:${index + 1}`, weight: 1_000_000 },
    ])
  const ring = { 'upstreams.echo.lb': { policy: 'ring_hash' } }
  t.same(problemsOf({ ...ring, [ENDPOINTS]: Object.fromEntries(many(4_294)) }), {}, 'the accepted twin')
  t.match(problemsOf({ ...ring, [ENDPOINTS]: Object.fromEntries(many(4_295)) }), {
    [ENDPOINTS]: /^have weights with the sum 4295000000, and gRPC clients .* take at most 4294967295/,
  })
  const upstreams = Object.fromEntries(many(4_295).map(([name]) => [name, { endpoints: {} }]))
  const to = Object.fromEntries(many(4_295).map(([name]) => [name, 1_000_000]))
  const changes = { upstreams: { ...withClients({}).upstreams, ...upstreams } }
  t.match(problemsOf({ ...changes, 'routes.public.rules': { all: { match: {}, to } } }), {
    'routes.public.rules.all.to': /the sum 4295000000/,
  })
})

t.test('what no fleet of gRPC clients reaches may have Unix sockets', async (t) => {
  t.same(problemsOf({ 'upstreams.unused.endpoints': { u1: { address: 'unix:/run/u1.sock' } } }), {})
})
