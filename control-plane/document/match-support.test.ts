// What a fleet of gRPC clients makes of a match: errors name the client that would end, warnings what has another effect.

import t from 'tap'
import { sampleWith } from '../../test/support/sample-config.ts'
import { thrownBy } from '../../test/support/thrown.ts'
import { formatSteps } from './problem.ts'
import { validateConfig } from './validate.ts'
import { warningsOf } from './warnings.ts'

const MATCH = 'routes.public.rules.echo.match'

function documentWith(match: object, clients: readonly string[]) {
  return sampleWith({
    'upstreams.echo': { endpoints: { b1: { address: '127.0.0.1:7101' } } },
    'upstreams.echo-v2.lb': undefined,
    'fleets.clients': {
      kind: 'proxyless',
      clients,
      lb: { policy: 'round_robin' },
      listeners: { echo: { l7: { routes: 'public' } } },
    },
    [MATCH]: match,
  })
}

function warnings(match: object, clients: readonly string[]): Readonly<Record<string, string>> {
  const found = warningsOf(validateConfig(documentWith(match, clients)))
  return Object.fromEntries(found.map(({ steps, message }) => [formatSteps(steps), message]))
}

t.test(
  'P5: a regular expression that would end the client for Node is an error where a fleet has it',
  async (t) => {
    const match = { regex: '/\\pL+', headers: { x: { regex: 'a{100}' } } }
    t.match(thrownBy(() => validateConfig(documentWith(match, ['go', 'node']))).problems, [
      {
        path: `${MATCH}.regex`,
        message:
          'a Unicode class ends the process after about a hundred changes of its configuration for Node clients of fleet clients: write the letters, such as [A-Za-z]',
      },
      {
        path: `${MATCH}.headers.x.regex`,
        message: /^a regular expression of 102 instructions, .* for Node clients/,
      },
    ])
    t.same(warnings(match, ['cpp', 'go', 'java', 'python']), {}, 'the twin without Node')
  },
)

t.test('P5: any other regular expression is a warning for Node, which never frees it', async (t) => {
  const match = { regex: '/switchyard.*' }
  t.match(warnings(match, ['node']), {
    [`${MATCH}.regex`]:
      /^a regular expression takes memory at each change .* for any client of fleet clients: compare without one if you can$/,
  })
  t.same(warnings(match, ['go']), {})
})

t.test('headers that gRPC clients do not see are named', async (t) => {
  t.match(
    warnings({ headers: { ':method': 'POST', 'x-trace-bin': { present: true }, x: '1' } }, ['go', 'node']),
    {
      [`${MATCH}.headers[":method"]`]: 'the header :method is never there for any client of fleet clients',
      [`${MATCH}.headers.x-trace-bin`]: /^the header x-trace-bin is never there/,
    },
  )
})

t.test('a whole path that no gRPC call has is named', async (t) => {
  t.match(warnings({ path: '/healthz' }, ['go']), { [`${MATCH}.path`]: /^matches no call of fleet clients/ })
  t.same(warnings({ path: '/a.B/C' }, ['go']), {})
})

t.test('P14, P25: what gRPC clients do otherwise with names and further addresses is named', async (t) => {
  const dns = { host: 'echo.internal', port: 7101 }
  const withEcho = (echo: object, clients: readonly string[]) => {
    const document = { ...documentWith({}, clients) }
    const changed = { ...document, upstreams: { ...document.upstreams, echo } }
    const found = warningsOf(validateConfig(changed))
    return Object.fromEntries(found.map(({ steps, message }) => [formatSteps(steps), message]))
  }
  t.match(withEcho({ dns: { ...dns, refresh: '1s', family: 'v4' } }, ['node', 'python']), {
    'upstreams.echo.dns': /^an endpoint for each address .* has no effect for any client/,
    'upstreams.echo.dns.refresh': /^refresh has no effect for any client/,
    'upstreams.echo.dns.family': /^family has no effect/,
  })
  t.same(withEcho({ dns: { ...dns, mode: 'logical' } }, ['node', 'python']), {})
  const endpoint = { address: '127.0.0.1:7101', additionalAddresses: ['[::1]:7101'] }
  t.match(withEcho({ endpoints: { endpoint } }, ['java', 'node']), {
    'upstreams.echo.endpoints.endpoint.additionalAddresses':
      /^has no effect for Java clients of fleet clients: only C\+\+, Go, Node and Python support it$/,
  })
  t.same(withEcho({ endpoints: { endpoint } }, ['node']), {})
})

t.test('P5: a range whose end Java takes for a part of it is named, for Java only', async (t) => {
  const match = { headers: { 'x-version': { range: { from: 10, to: 20 } } } }
  t.same(warnings(match, ['java', 'go']), {
    [`${MATCH}.headers.x-version.range.to`]:
      'the number above the largest belongs to the range for Java clients of fleet clients: let nobody send 20, or compare in another way',
  })
  t.same(warnings(match, ['go', 'node', 'python', 'cpp']), {})
})
