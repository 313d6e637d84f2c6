// Validation: every problem at once, each with its path and a way to fix it.

import t from 'tap'
import { type Problem, SwitchyardError } from '../../core/errors.ts'
import { sampleConfig, sampleWith } from '../../test/support/sample-config.ts'
import { validateConfig, validateFleetLb } from './validate.ts'

function problemsOf(validate: () => unknown): readonly Problem[] {
  try {
    validate()
  } catch (error) {
    if (error instanceof SwitchyardError && error.code === 'invalid-config') return error.problems
    throw error
  }
  return []
}

t.test('a configuration that uses every part is valid, and comes back as it is', async (t) => {
  const config = sampleConfig()
  t.equal(validateConfig(config), config)
})

interface Case {
  readonly title: string
  readonly changes: Readonly<Record<string, unknown>>
  readonly problems: Readonly<Record<string, RegExp>>
}

const RULES = 'routes.public.rules'
const LISTENERS = 'fleets.edge.listeners'

const CASES: readonly Case[] = [
  {
    title: 'the version must be 1',
    changes: { version: 2 },
    problems: { version: /^must be 1, not 2$/ },
  },
  {
    title: 'what is missing is named, with what to write',
    changes: { upstreams: undefined, 'fleets.edge.listeners.main.port': undefined },
    problems: { upstreams: /is missing/, [`${LISTENERS}.main.port`]: /is missing: write a port from 1/ },
  },
  {
    title: 'unknown fields are invalid on every level, and the known fields are listed',
    changes: {
      extra: 1,
      'upstreams.echo.retries': {},
      'upstreams.echo.endpoints.b1.stat': 'draining',
      [`${RULES}.echo.retries`]: {},
      [`${RULES}.echo.match.pathh`]: '/',
      [`${LISTENERS}.main.l4.port`]: 1,
      'fleets.edge.securty': {},
      'routes.public.host': '*',
    },
    problems: {
      extra: /Use one of: version, upstreams, routes, secrets, jwt, fleets$/,
      'upstreams.echo.retries':
        /Use one of: endpoints, lb, endpointsFrom, dns, aggregate, healthCheck, protocol, tls, proxyProtocol, circuitBreaker, connections, connectionBuffer, http2,/,
      'upstreams.echo.endpoints.b1.stat': /Use one of: address, additionalAddresses, weight, state,/,
      [`${RULES}.echo.retries`]: /^unknown field/,
      [`${RULES}.echo.match.pathh`]: /^unknown field\. Did you mean path\?/,
      [`${LISTENERS}.main.l4.port`]: /Use one of: upstream, to, sni, idle$/,
      'fleets.edge.securty':
        /Did you mean security\? Use one of: kind, lb, listeners, onNack, timeouts, connections, http1, http2, headerLimits,/,
      'routes.public.host': /Use one of: hosts, rules$/,
    },
  },
  {
    title: 'an unknown kind of fleet is invalid, with one sentence',
    changes: {
      'fleets.clients': { kind: 'mesh', lb: {}, listeners: { echo: { l7: { routes: 'public' } } } },
    },
    problems: {
      'fleets.clients.kind': /^unknown kind "mesh"\. Use one of: envoy, proxyless/,
    },
  },
  {
    title: 'a health check says whether it is on, and its times and counts make sense',
    changes: {
      'upstreams.echo.healthCheck': {
        service: '/echo',
        interval: '0s',
        timeout: '00ms',
        unhealthy: 0,
        healthy: 101,
      },
      'upstreams.unused.healthCheck': { enabled: 'yes', interval: '5', Interval: '1s' },
    },
    problems: {
      'upstreams.echo.healthCheck.enabled': /^is missing: write true or false$/,
      'upstreams.echo.healthCheck.service': /^must be the full name of the gRPC service/,
      'upstreams.echo.healthCheck.interval': /^must be .*, a duration of at least 10ms .*, not "0s"$/,
      'upstreams.echo.healthCheck.timeout': /a duration over 0/,
      'upstreams.echo.healthCheck.unhealthy': /1 to 100, not 0$/,
      'upstreams.echo.healthCheck.healthy': /1 to 100, not 101$/,
      'upstreams.unused.healthCheck.enabled': /^must be true or false, not "yes"$/,
      'upstreams.unused.healthCheck.interval': /not "5"$/,
      'upstreams.unused.healthCheck.Interval':
        /Use one of: enabled, service, .*interval, timeout, unhealthy, healthy/,
    },
  },
  {
    title: 'a value that is not one of a few words is reported with the list',
    changes: { 'upstreams.echo.endpoints.b1.state': 'off', 'fleets.edge.onNack': 'ignore' },
    problems: {
      'upstreams.echo.endpoints.b1.state': /^must be active, or draining, .*, not "off"$/,
      'fleets.edge.onNack': /^must be rollback, .*, or hold, .*, not "ignore"$/,
    },
  },
  {
    title: 'the kind of a fleet comes first: what else it may hold depends on it',
    changes: {
      'fleets.edge.kind': undefined,
      'fleets.edge.extra': 1,
      'fleets.east': { kind: 'nginx', extra: 1 },
      'fleets.west': 5,
    },
    problems: {
      'fleets.east.kind': /^unknown kind "nginx"\. Use one of: envoy, proxyless/,
      'fleets.edge.kind': /^is missing: write one of envoy, proxyless/,
      'fleets.west': /^must be a fleet with kind, lb and listeners, not 5$/,
    },
  },
  {
    title: 'names are plain',
    changes: {
      'upstreams.a b': { endpoints: {} },
      'fleets.edge.listeners./': { port: 1, l4: { upstream: 'echo' } },
    },
    problems: {
      'upstreams["a b"]': /is not a name of up to 100/,
      [`${LISTENERS}["/"]`]: /is not a name of up to 100/,
    },
  },
  {
    title: 'values out of range are shown beside the range',
    changes: {
      'upstreams.echo.endpoints.b2.weight': 0,
      [`${RULES}.echo.timeout`]: '5',
      [`${RULES}.echo.to.echo`]: 1.5,
      [`${RULES}.canary.match.service`]: '/echo',
      [`${RULES}.canary.match.method`]: 'a/b',
      [`${RULES}.canary.match.headers`]: { 'X-Canary': '1', 'x-two': 2 },
      [`${LISTENERS}.main.port`]: 65_536,
      'routes.public.hosts': ['a b'],
    },
    problems: {
      'upstreams.echo.endpoints.b2.weight': /from 1 to 1000000, not 0$/,
      [`${RULES}.echo.timeout`]: /^must be the time that a call may take, a duration such as .*, not "5"$/,
      [`${RULES}.echo.to.echo`]: /^must be a weight, .*, not 1.5$/,
      [`${RULES}.canary.match.service`]: /^must be the full name of a gRPC service/,
      [`${RULES}.canary.match.method`]: /^must be the name of a gRPC method/,
      [`${RULES}.canary.match.headers.X-Canary`]: /^is not the name of a header in lower case/,
      [`${RULES}.canary.match.headers.x-two`]:
        /^must be the whole value of the header, in quotes, or .*, not 2$/,
      [`${LISTENERS}.main.port`]: /^must be a port from 1 to 65535, not 65536$/,
      'routes.public.hosts[0]': /^must be a host without a port, .*, not "a b"$/,
    },
  },
  {
    title: 'a route has at least one host, and each once',
    changes: { 'routes.public.hosts': [], 'routes.other': { hosts: ['a', 'a'], rules: {} } },
    problems: { 'routes.public.hosts': /list of hosts/, 'routes.other.hosts': /each once/ },
  },
  {
    title: 'endpoints have addresses that are valid, each once',
    changes: {
      'upstreams.echo.endpoints.b1.address': 'localhost:7101',
      'upstreams.echo.endpoints.b4': { address: '127.0.0.1:7102' },
    },
    problems: {
      'upstreams.echo.endpoints.b1.address': /"localhost" is not an IP address/,
      'upstreams.echo.endpoints.b4.address': /^is also the address of b2:/,
    },
  },
  {
    title: 'an unknown policy is invalid, and the known ones are listed',
    changes: { 'fleets.edge.lb.policy': 'fastest', 'upstreams.echo.lb': {} },
    problems: {
      'fleets.edge.lb.policy':
        /^unknown policy "fastest"\. Use one of: round_robin, least_request, random, ring_hash, maglev/,
      'upstreams.echo.lb.policy': /^is missing: write one of round_robin, /,
    },
  },
  {
    title: 'T1: a policy of Envoy that is around another one is a switch beside it, and the error says which',
    changes: {
      'fleets.edge.lb': { mode: 'l7', policy: 'wrr_locality' },
      'upstreams.echo.lb': { policy: 'override_host' },
      'upstreams.echo-v2.lb': { policy: 'subset' },
      'upstreams.unused.lb': { policy: 'random', overrideHost: { enabled: true } },
    },
    problems: {
      'fleets.edge.lb.policy': /^"wrr_locality" is around every policy/,
      'upstreams.echo.lb.policy': /^"override_host" is a switch beside the policy/,
      'upstreams.echo-v2.lb.policy': /^"subset" is a switch beside the policy/,
      'upstreams.unused.lb.overrideHost': /^needs a header or metadata that names the endpoint/,
    },
  },
  {
    title: 'an option of another policy is invalid, because it would have no effect',
    changes: {
      'fleets.edge.lb.hashOn': { header: 'x-user' },
      'upstreams.echo-v2.lb.tableSize': 251,
      'upstreams.echo.lb': { policy: 'least_request', choices: 1 },
      'upstreams.unused.lb': { policy: 'random', slowStart: { enabled: true } },
    },
    problems: {
      'fleets.edge.lb.hashOn':
        /^is allowed only with policy: ring_hash or maglev\. Use one of: policy, mode, slowStart, zoneAware, panicThreshold, updateMergeWindow, subset, overrideHost$/,
      'upstreams.echo-v2.lb.tableSize':
        /^is allowed only with policy: maglev\. Use one of: policy, hashOn, minimumRingSize, panicThreshold, updateMergeWindow, subset, overrideHost$/,
      'upstreams.echo.lb.choices': /2 to 1000, not 1$/,
      'upstreams.unused.lb.slowStart': /^is allowed only with policy: round_robin or least_request\. /,
    },
  },
  {
    title: 'T2: an item of a list of hashes has one thing, and a value of a filter one source',
    changes: {
      'upstreams.echo.lb': {
        policy: 'maglev',
        hashOn: [{ header: 'x-user' }, { terminal: true }, { query: 'a', sourceIp: true }],
      },
      'upstreams.echo-v2.lb.hashOn': { header: 'x-user', query: 'a' },
      'fleets.edge.filters': {
        filterState: {
          enabled: true,
          values: {
            none: { claim: 'sub' },
            two: { from: 'connection', claim: 'sub' },
            lost: { token: 'nowhere', claim: 'sub' },
          },
        },
      },
    },
    problems: {
      'upstreams.echo.lb.hashOn[1]': /^has nothing to hash: write one thing in each item of the list$/,
      'upstreams.echo.lb.hashOn[2]': /^has query and sourceIp: write one/,
      'routes.public.rules.canary.to': /hash calls on different things/,
      'upstreams.echo-v2.lb.hashOn': /one thing to hash calls on/,
      'fleets.edge.filters.filterState.values.none': /^needs either from, or token and claim/,
      'fleets.edge.filters.filterState.values.two': /^needs either from, or token and claim/,
      'fleets.edge.filters.filterState.values.lost.token': /nowhere/,
    },
  },
  {
    title: 'two problems of one place are reported once',
    changes: { 'upstreams.echo-v2.lb.hashOn.header': 'X'.repeat(101) },
    problems: { 'upstreams.echo-v2.lb.hashOn.header': /^must be the name of a header/ },
  },
  {
    title: 'a mode belongs to fleets only',
    changes: { 'upstreams.echo.lb': { policy: 'random', mode: 'l4' }, 'fleets.edge.lb.mode': 'l5' },
    problems: {
      'upstreams.echo.lb.mode': /^unknown field/,
      'fleets.edge.lb.mode': /^must be l4, .*, or l7, .*, not "l5"$/,
    },
  },
  {
    title: 'references lead to what is there, and the answer lists what is',
    changes: {
      [`${LISTENERS}.main.l4.upstream`]: 'ecco',
      [`${LISTENERS}.main.l7.routes`]: 'constructor',
      [`${RULES}.echo.to`]: { toString: 1 },
    },
    problems: {
      [`${LISTENERS}.main.l4.upstream`]: /^unknown upstream "ecco"\. Use one of: echo, echo-v2, unused$/,
      [`${LISTENERS}.main.l7.routes`]: /^unknown entry of routes "constructor"\. Use one of: public$/,
      [`${RULES}.echo.to.toString`]: /^unknown upstream "toString"/,
    },
  },
  {
    title: 'a method needs its service, and a prefix stands alone',
    changes: {
      [`${RULES}.echo.match`]: { method: 'Unary' },
      [`${RULES}.canary.match`]: { service: 'a.B', prefix: '/a' },
    },
    problems: {
      [`${RULES}.echo.match.method`]: /needs a service beside it/,
      [`${RULES}.canary.match.prefix`]: /cannot be combined with service/,
    },
  },
  {
    title: 'two rules of a route differ in what they match',
    changes: {
      [`${RULES}.echo.match`]: { headers: { a: '1', b: '2' } },
      [`${RULES}.canary.match`]: { headers: { b: '2', a: '1' } },
    },
    problems: { [`${RULES}.canary.match`]: /^is also the match of echo,/ },
  },
  {
    title: 'a rule leads somewhere',
    changes: { [`${RULES}.echo.to`]: {}, [`${RULES}.canary.to`]: { echo: -1 } },
    problems: {
      [`${RULES}.echo.to`]: /^must be weights by the names/,
      [`${RULES}.canary.to.echo`]: /not -1$/,
    },
  },
  {
    title: 'the weights of a rule are not all 0',
    changes: { [`${RULES}.canary.to`]: { echo: 0, 'echo-v2': 0 } },
    problems: { [`${RULES}.canary.to`]: /^has only weights of 0/ },
  },
  {
    title: 'the upstreams of one rule hash on the same thing',
    changes: { 'fleets.edge.lb': { mode: 'l4', policy: 'maglev' } },
    problems: {
      [`${RULES}.canary.to`]: /^in fleet edge, echo and echo-v2 hash calls on different things/,
    },
  },
]

for (const { title, changes, problems } of CASES) {
  t.test(title, async (t) => {
    const list = problemsOf(() => validateConfig(sampleWith(changes)))
    t.same(list.map(({ path }) => path).sort(), Object.keys(problems).sort(), 'one problem a place')
    const found = Object.fromEntries(list.map(({ path, message }) => [path, message]))
    t.match(found, problems)
  })
}

const NO_DOCUMENTS: readonly unknown[] = [undefined, null, 5, 'version: 1', [], true]

for (const document of NO_DOCUMENTS) {
  t.test(`${JSON.stringify(document)} is not a document`, async (t) => {
    t.match(
      problemsOf(() => validateConfig(document)),
      [{ path: '', message: /^must be a document with/ }],
    )
  })
}

t.test(
  'upstreams may hash on different things where no listener of the fleet splits between them',
  async (t) => {
    const changes = {
      'fleets.edge.lb': { mode: 'l4', policy: 'maglev' },
      [`${LISTENERS}.main.l7`]: undefined,
    }
    t.same(
      problemsOf(() => validateConfig(sampleWith(changes))),
      [],
    )
  },
)

t.test('names of a prototype are not entries, and are harmless as names', async (t) => {
  const document = JSON.parse(
    '{"version":1,"upstreams":{"__proto__":{"endpoints":{}}},"routes":{},"fleets":{}}',
  )
  t.match(
    problemsOf(() => validateConfig(document)),
    [{ path: 'upstreams.__proto__', message: /is not a name/ }],
  )
  t.same(
    problemsOf(() => validateConfig(sampleWith({ 'upstreams.constructor': { endpoints: {} } }))),
    [],
  )
})

t.test('the lb of a fleet on its own has paths from lb on', async (t) => {
  t.same(validateFleetLb({ mode: 'l7', policy: 'random' }, 'envoy'), { mode: 'l7', policy: 'random' })
  t.match(
    problemsOf(() => validateFleetLb({ mode: 'l7', policy: 'random', choices: 2 }, 'envoy')),
    [{ path: 'choices', message: /^is allowed only with policy: least_request\. / }],
  )
})
