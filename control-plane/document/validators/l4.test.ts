// What `l4` of a listener rejects, each with an accepted twin.

import t from 'tap'
import { sampleWith } from '../../../test/support/sample-config.ts'
import { formatSteps } from '../problem.ts'
import { checkConfig } from '../validate.ts'

const MAIN = 'fleets.edge.listeners.main'
const SNI = { own: { hosts: ['echo.local'], upstream: 'echo' } }

function problemsOf(l4: object, changes: object = {}): Readonly<Record<string, string>> {
  const checked = checkConfig(sampleWith({ [`${MAIN}.l4`]: l4, ...changes }))
  if ('config' in checked) return {}
  return Object.fromEntries(checked.problems.map(({ steps, message }) => [formatSteps(steps), message]))
}

const TLS = {
  'secrets.edge': { certificate: 'edge.pem', key: 'edge.key' },
  [`${MAIN}.tls`]: { enabled: true, certificate: 'edge' },
}

const REJECTED: readonly [
  title: string,
  given: [object, object?],
  path: string,
  message: RegExp,
  twin: [object, object?],
][] = [
  [
    'no target',
    [{}],
    'l4.upstream',
    /^is missing: write the name of an upstream, or to or sni/,
    [{ upstream: 'echo' }],
  ],
  [
    'two targets',
    [{ upstream: 'echo', to: { echo: 1 } }],
    'l4.to',
    /^is beside upstream/,
    [{ to: { echo: 1 } }],
  ],
  [
    'weights of 0',
    [{ to: { echo: 0 } }],
    'l4.to',
    /only weights of 0, so connections/,
    [{ to: { echo: 0, 'echo-v2': 1 } }],
  ],
  [
    'an unknown upstream',
    [{ to: { echoo: 1 } }],
    'l4.to.echoo',
    /^unknown upstream "echoo"/,
    [{ to: { echo: 1 } }],
  ],
  [
    'a name without a target',
    [{ sni: { own: { hosts: ['echo.local'] } } }],
    'l4.sni.own.upstream',
    /^is missing: write the name of an upstream, or to/,
    [{ sni: SNI }],
  ],
  [
    'an unknown upstream of a name',
    [{ sni: { own: { hosts: ['echo.local'], upstream: 'nobody' } } }],
    'l4.sni.own.upstream',
    /^unknown upstream "nobody"/,
    [{ sni: SNI }],
  ],
  [
    'a host twice',
    [{ sni: { ...SNI, twin: { hosts: ['a.local', 'echo.local'], upstream: 'echo' } } }],
    'l4.sni.twin.hosts[1]',
    /^"echo\.local" is also a host of own/,
    [{ sni: { ...SNI, twin: { hosts: ['a.local', '*.echo.local'], upstream: 'echo' } } }],
  ],
  [
    'a host in upper case',
    [{ sni: { own: { hosts: ['Echo.local'], upstream: 'echo' } } }],
    'l4.sni.own.hosts[0]',
    /^must be a host name in lower case/,
    [{ sni: SNI }],
  ],
  [
    'a star for all hosts',
    [{ sni: { own: { hosts: ['*'], upstream: 'echo' } } }],
    'l4.sni.own.hosts[0]',
    /^must be a host name/,
    [{ upstream: 'echo', sni: SNI }],
  ],
  [
    'names beside TLS that Envoy ends',
    [{ sni: SNI }, TLS],
    'l4.sni',
    /^passes TLS on to the backends, but tls of the listener ends it/,
    [{ upstream: 'echo' }, TLS],
  ],
]

for (const [title, given, path, message, twin] of REJECTED) {
  t.test(`T28: validation rejects ${title}`, async (t) => {
    t.match(problemsOf(...given), { [`${MAIN}.${path}`]: message })
    t.same(problemsOf(...twin), {}, 'the accepted twin')
  })
}
