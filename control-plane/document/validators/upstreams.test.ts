// Where the endpoints of an upstream come from: what is rejected, each beside an accepted twin.

import t from 'tap'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { thrownBy } from '../../../test/support/thrown.ts'
import { leavesOf } from '../leaves.ts'
import { validateConfig } from '../validate.ts'

const dns = { host: 'echo.internal', port: 7101 }
const b1 = { address: '127.0.0.1:7901' }

type Problems = Readonly<Record<string, RegExp>>

const REJECTED: readonly [title: string, upstream: object, problems: Problems, twin: object][] = [
  [
    'no source',
    {},
    { '': /^has no endpoints: write endpoints, endpointsFrom, dns or aggregate$/ },
    { endpoints: {} },
  ],
  [
    'several sources',
    { endpoints: { b1 }, dns, aggregate: ['echo'] },
    { dns: /cannot be combined with endpoints: remove one/, aggregate: /cannot be combined with endpoints/ },
    { aggregate: ['echo'] },
  ],
  [
    'two sources of endpoints',
    { endpointsFrom: { registration: {} }, dns },
    { dns: /^cannot be combined with endpointsFrom: remove one$/ },
    { endpointsFrom: { registration: {} }, endpoints: { b1 } },
  ],
  [
    'a source that has no name',
    { endpointsFrom: { max: 5 } },
    { endpointsFrom: /^names no source: write one of file, registration/ },
    { endpointsFrom: { registration: {}, max: 5 } },
  ],
  [
    'an IP address as a name',
    { dns: { ...dns, host: '127.0.0.1' } },
    { 'dns.host': /^must be the name of a host, .*; IP addresses are endpoints, not "127/ },
    { dns: { ...dns, host: 'a-1.b.' } },
  ],
  [
    'a name without its port',
    { dns: { host: 'echo.internal' } },
    { 'dns.port': /^is missing: write the port/ },
    { dns },
  ],
  [
    'a resolver by name',
    { dns: { ...dns, resolvers: ['dns.internal:53'] } },
    { 'dns.resolvers[0]': /^must be the IP address of a DNS server/ },
    { dns: { ...dns, resolvers: ['127.0.0.1', '[::1]:8600'] } },
  ],
  [
    'settings of localities beside a name',
    { dns, failover: { overprovisioning: 200 } },
    { failover: /^has no effect beside dns, .* no locality and no priority: remove it$/ },
    { dns, healthCheck: { enabled: true }, lb: { policy: 'random' } },
  ],
  [
    'settings beside an aggregate',
    { aggregate: ['echo'], lb: { policy: 'random' }, healthCheck: { enabled: true } },
    { lb: /^has no effect beside aggregate, .*: write it there$/, healthCheck: /write it there/ },
    { aggregate: ['echo'] },
  ],
  [
    'an aggregate of a missing upstream',
    { aggregate: ['echo', 'ecco'] },
    { 'aggregate[1]': /^unknown upstream "ecco"\. Use one of: / },
    { aggregate: ['echo', 'echo-v2'] },
  ],
  [
    'an aggregate of nothing',
    { aggregate: [] },
    { aggregate: /^must be a list of upstreams/ },
    { aggregate: ['echo'] },
  ],
  [
    'an aggregate of itself',
    { aggregate: ['echo', 'new'] },
    { 'aggregate[1]': /^leads back to new \(new → new\): remove one/ },
    { aggregate: ['echo', 'unused'] },
  ],
  [
    'a further address that is another endpoint',
    { endpoints: { b1, b2: { address: '127.0.0.1:7902', additionalAddresses: [b1.address] } } },
    { 'endpoints.b2.additionalAddresses[0]': /^is also the address of b1: remove one/ },
    { endpoints: { b1, b2: { address: '127.0.0.1:7902', additionalAddresses: ['[::1]:7902'] } } },
  ],
  [
    'a further address that is the first one',
    { endpoints: { b1: { ...b1, additionalAddresses: [b1.address] } } },
    { 'endpoints.b1.additionalAddresses[0]': /^is an address of this endpoint already/ },
    { endpoints: { b1: { ...b1, additionalAddresses: [] } } },
  ],
  [
    'a Unix socket among several addresses',
    { endpoints: { b1: { address: 'unix:/run/b1.sock', additionalAddresses: [b1.address] } } },
    { 'endpoints.b1.address': /^is a Unix socket, and clients choose between IP addresses only/ },
    { endpoints: { b1: { address: 'unix:/run/b1.sock' } } },
  ],
  [
    'a further address that is a name',
    { endpoints: { b1: { ...b1, additionalAddresses: ['localhost:1'] } } },
    {
      'endpoints.b1.additionalAddresses[0]':
        /"localhost" is not an IP address\..* dns: \{ host: NAME, port: 1 \}/,
    },
    { endpoints: { b1: { ...b1, additionalAddresses: ['127.0.0.2:1'] } } },
  ],
]

for (const [title, upstream, problems, twin] of REJECTED) {
  t.test(`an upstream with ${title} is rejected`, async (t) => {
    const { problems: found } = thrownBy(() => validateConfig(sampleWith({ 'upstreams.new': upstream })))
    const byPath = Object.fromEntries(
      found.map(({ path, message }) => [path.slice('upstreams.new.'.length), message]),
    )
    t.same(Object.keys(byPath).toSorted(), Object.keys(problems).toSorted())
    t.match(byPath, problems)
    t.ok(validateConfig(sampleWith({ 'upstreams.new': twin })), 'the accepted twin')
  })
}

/** `l0` names `l1`, which names `l2`, and so on; the last has endpoints. */
function chain(levels: number) {
  return Object.fromEntries(
    Array.from({ length: levels }, (_, level) => [
      `upstreams.l${level}`,
      level === levels - 1 ? { endpoints: {} } : { aggregate: [`l${level + 1}`] },
    ]),
  )
}

t.test('a way through aggregates has 16 upstreams at most', async (t) => {
  t.ok(validateConfig(sampleWith(chain(16))))
  t.match(thrownBy(() => validateConfig(sampleWith(chain(17)))).problems, [
    { path: 'upstreams.l0.aggregate[0]', message: /^leads through more than 16 upstreams \(l0 → .* → l16\)/ },
  ])
})

t.test('each upstream of a cycle is named, and those that lead to it are not', async (t) => {
  const cycle = {
    'upstreams.to': { aggregate: ['echo', 'a'] },
    'upstreams.a': { aggregate: ['echo', 'b'] },
    'upstreams.b': { aggregate: ['a'] },
  }
  t.match(thrownBy(() => validateConfig(sampleWith(cycle))).problems, [
    { path: 'upstreams.a.aggregate[1]', message: /^leads back to a \(a → b → a\)/ },
    { path: 'upstreams.b.aggregate[0]', message: /^leads back to b \(b → a → b\)/ },
  ])
})

t.test('aggregates that are connected in many ways are checked in short time', async (t) => {
  const wide = Object.fromEntries(
    Array.from({ length: 60 }, (_, level) => [
      `upstreams.l${level}`,
      level === 59
        ? { endpoints: {} }
        : {
            aggregate: [`l${level + 1}`, `l${Math.min(level + 2, 59)}`].filter(
              (one, index, all) => all.indexOf(one) === index,
            ),
          },
    ]),
  )
  const { problems } = thrownBy(() => validateConfig(sampleWith(wide)))
  t.equal(problems.length, 60 - 16)
})

t.test('the leaves of an aggregate are in order of preference, each once', async (t) => {
  const { upstreams } = sampleWith({
    'upstreams.a': { aggregate: ['b', 'echo', 'unused', 'nowhere'] },
    'upstreams.b': { aggregate: ['unused', 'echo-v2', 'a'] },
  })
  t.same(leavesOf(upstreams, 'a'), ['unused', 'echo-v2', 'echo'])
  t.same(leavesOf(upstreams, 'echo'), ['echo'])
})
