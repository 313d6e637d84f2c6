// Fleets of gRPC servers: what validation rejects, each with an accepted twin, and what it warns about.

import t from 'tap'
import { PUBLIC_KEY } from '../../../test/support/public-key.ts'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { formatSteps } from '../problem.ts'
import { checkConfig } from '../validate.ts'
import { warningsOf } from '../warnings.ts'

const SERVERS = 'fleets.servers'
const MAIN = `${SERVERS}.listeners.main`
const RULES = { callers: { san: 'spiffe://switchyard/client', headers: { 'x-tenant': 'blue' } } }

const withServers = (changes: Readonly<Record<string, unknown>>) =>
  sampleWith({
    [SERVERS]: {
      kind: 'grpc-server',
      clients: ['go', 'java'],
      certificateProvider: 'mesh',
      listeners: { main: { address: '127.0.0.1', port: 50051, tls: { enabled: true } } },
      security: { rbac: { enabled: true, rules: structuredClone(RULES) } },
    },
    ...changes,
  })

function problemsOf(changes: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const checked = checkConfig(withServers(changes))
  if ('config' in checked) return {}
  return Object.fromEntries(checked.problems.map(({ steps, message }) => [formatSteps(steps), message]))
}

function warningsFor(changes: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    warningsOf(withServers(changes)).map(({ steps, message }) => [formatSteps(steps), message]),
  )
}

t.test('a fleet of servers with all that it may have is accepted without warnings', async (t) => {
  t.same(problemsOf({ [`${MAIN}.tls`]: { enabled: true, plaintextFrom: ['10.1.0.0/16', 'fd00::/8'] } }), {})
  t.same(warningsFor({}), {})
  const twoAddresses = { [`${SERVERS}.listeners.second`]: { address: '127.0.0.2', port: 50051 } }
  t.same(problemsOf(twoAddresses), {}, 'one port on two addresses')
})

const REJECTED: readonly [
  title: string,
  changes: Readonly<Record<string, unknown>>,
  problems: Readonly<Record<string, RegExp>>,
][] = [
  ['a host name', { [`${MAIN}.address`]: 'localhost' }, { [`${MAIN}.address`]: /^"localhost" is not an IP/ }],
  ['no address', { [`${MAIN}.address`]: undefined }, { [`${MAIN}.address`]: /^is missing/ }],
  [
    'one address twice',
    { [`${SERVERS}.listeners.twin`]: { address: '127.0.0.1', port: 50051 } },
    { [`${SERVERS}.listeners.twin`]: /^has the address and port of main/ },
  ],
  [
    'routes, which servers do not have',
    { [`${MAIN}.l7`]: { routes: 'public' } },
    { [`${MAIN}.l7`]: /^unknown field/ },
  ],
  [
    'a load-balancing policy',
    { [`${SERVERS}.lb`]: { policy: 'round_robin' } },
    { [`${SERVERS}.lb`]: /^is allowed only with kind: envoy or proxyless/ },
  ],
  [
    'a range without an end',
    { [`${MAIN}.tls.plaintextFrom`]: ['10.1.0.0/33'] },
    { [`${MAIN}.tls.plaintextFrom[0]`]: /^"10\.1\.0\.0\/33" is not a range/ },
  ],
  [
    'sources without TLS for Node servers, which would crash',
    {
      [`${SERVERS}.clients`]: ['go', 'node'],
      [`${MAIN}.tls`]: { enabled: true, plaintextFrom: ['fd00::/8'] },
    },
    { [`${MAIN}.tls.plaintextFrom`]: /^plaintextFrom has no effect for Node clients of fleet servers$/ },
  ],
  [
    'a rule by token, which would let nobody or everybody in',
    {
      [`${SERVERS}.security.rbac.rules.admins`]: { token: { from: 'main' } },
      'jwt.main': {
        issuer: 'i',
        audiences: ['a'],
        jwks: {
          inline: {
            keys: [PUBLIC_KEY],
          },
        },
      },
    },
    {
      [`${SERVERS}.security.rbac.rules.admins.token`]:
        /^the check of a token has no effect for any client of fleet servers$/,
    },
  ],
  [
    'a shadow mode, in which nothing would be checked',
    { [`${SERVERS}.security.rbac.shadow`]: true },
    { [`${SERVERS}.security.rbac.shadow`]: /^the shadow mode has no effect/ },
  ],
  [
    'security that only Envoys have',
    { [`${SERVERS}.security.opa`]: { enabled: false, upstream: 'echo' } },
    { [`${SERVERS}.security.opa`]: /^unknown field/ },
  ],
  [
    'a least version of TLS for gRPC clients, who would ignore it',
    {
      'upstreams.echo': {
        endpoints: { b1: { address: '127.0.0.1:1' } },
        tls: { enabled: true, ca: 'mesh', sans: 'any', minVersion: '1.3' },
      },
      'secrets.mesh': { ca: 'ca.pem' },
      'fleets.clients': {
        kind: 'proxyless',
        lb: { policy: 'round_robin' },
        listeners: { echo: { l7: { routes: 'public' } } },
      },
    },
    {
      'upstreams.echo.tls.minVersion':
        /^the least version 1\.3 has no effect for any client of fleet clients$/,
    },
  ],
]

for (const [title, changes, problems] of REJECTED) {
  t.test(`validation rejects ${title}`, async (t) => {
    const found = problemsOf(changes)
    t.same(Object.keys(found).toSorted(), Object.keys(problems).toSorted())
    t.match(found, problems)
  })
}

t.test('what Node servers do only on demand is a warning', async (t) => {
  t.same(warningsFor({ [`${SERVERS}.clients`]: ['go', 'node'] }), {
    [`${SERVERS}.security.rbac`]:
      'rbac has no effect for Node clients of fleet servers, unless GRPC_XDS_EXPERIMENTAL_RBAC=true is in its environment',
  })
})
