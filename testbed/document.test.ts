// The document that a testbed generates, and what it reads from a given one.

import t from 'tap'
import { validateConfig } from '../control-plane/document/validate.ts'
import {
  envoyFleetsOf,
  firstLocalEndpointOf,
  generateDocument,
  localEndpointsOf,
  localityOf,
  modeOf,
  portOf,
} from './document.ts'
import { generateSecurity } from './security.ts'

const DOCUMENT = {
  upstreams: {
    echo: {
      endpoints: {
        b1: { address: '127.0.0.1:7101' },
        far: { address: '192.0.2.1:7101' },
        b2: { address: 'unix:/run/b2.sock' },
        six: { address: '[::1]:7101' },
      },
    },
    again: { endpoints: { same: { address: '127.0.0.1:7101' }, broken: { address: 5 }, empty: null } },
    nothing: null,
  },
  fleets: {
    edge: { kind: 'envoy', listeners: { other: { port: 1 }, main: { port: 2 } } },
    clients: { kind: 'proxyless', listeners: {} },
    bare: { kind: 'envoy' },
    side: { kind: 'envoy', listeners: { first: { port: 3 }, second: { port: 4 } } },
    empty: null,
  },
}

t.test('the generated document is valid', async (t) => {
  const backends = [{ id: 'b1', address: '127.0.0.1:7101' }]
  const document = generateDocument(['edge', 'canary'], backends, 10_000)
  t.doesNotThrow(() => validateConfig(document))
  t.same(envoyFleetsOf(document), ['edge', 'canary'])
  t.equal(portOf(document, 'canary'), 10_000)
  t.notOk('accessLog' in (document.fleets.edge ?? {}) || 'filters' in (document.fleets.edge ?? {}))
  const watched = generateDocument(['edge'], backends, 10_000, undefined, { isWatched: true })
  t.match(validateConfig(watched).fleets.edge, {
    accessLog: { enabled: true, grpc: {} },
    filters: { grpcStats: { enabled: true } },
  })
  t.same(
    localEndpointsOf(document),
    backends.map((one) => ({ upstream: 'echo', ...one })),
  )
})

t.test('with security it is valid too, and each switch can be turned on', async (t) => {
  const issuer = { address: '127.0.0.1:7300', tokens: '127.0.0.1:7301' }
  const secured = generateSecurity({ issuer, authorizer: '127.0.0.1:7400' })
  const document = generateDocument(['edge'], [], 10_000, secured)
  t.match(document.fleets.edge, {
    lb: { mode: 'l7' },
    listeners: { main: { tls: { enabled: false } } },
    security: { jwt: { enabled: false }, opa: { enabled: false }, rbac: { enabled: false } },
  })
  t.doesNotThrow(() => validateConfig(document))
  const checks = Object.entries(secured.security)
  const security = Object.fromEntries(checks.map(([name, check]) => [name, { ...check, enabled: true }]))
  const edge = { ...document.fleets.edge, security }
  t.doesNotThrow(() => validateConfig({ ...document, fleets: { edge } }))
  t.equal(firstLocalEndpointOf(document, 'issuer'), issuer.address)
  t.equal(firstLocalEndpointOf(document, 'nobody'), undefined)
  t.same(localEndpointsOf(document, ['issuer', 'authorizer']), [])
})

t.test('endpoints on this host are found, each address once', async (t) => {
  t.same(localEndpointsOf(DOCUMENT), [
    { upstream: 'echo', id: 'b1', address: '127.0.0.1:7101' },
    { upstream: 'echo', id: 'b2', address: 'unix:/run/b2.sock' },
    { upstream: 'echo', id: 'six', address: '[::1]:7101' },
  ])
})

t.test('the fleets of Envoys are found, with the port of main or of their first listener', async (t) => {
  t.same(envoyFleetsOf(DOCUMENT), ['edge', 'bare', 'side'])
  t.same(
    ['edge', 'bare', 'side', 'nope'].map((name) => portOf(DOCUMENT, name)),
    [2, undefined, 3, undefined],
  )
})

t.test('a fleet balances calls unless its document says connections', async (t) => {
  const fleets = {
    tcp: { lb: { mode: 'l4' } },
    http: { lb: { mode: 'l7' } },
    clients: { lb: null },
    none: null,
  }
  t.same(
    ['tcp', 'http', 'clients', 'none', 'unknown'].map((name) => modeOf({ fleets }, name)),
    ['l4', 'l7', 'l7', 'l7', 'l7'],
  )
})

t.test('an empty document has no fleets and no endpoints', async (t) => {
  t.same([localEndpointsOf({}), envoyFleetsOf({})], [[], []])
})

t.test('T5: the Envoys of a fleet are in its localities, and begin again where there are more', async (t) => {
  const [near, far] = [{ region: 'eu', zone: 'eu-a' }, { zone: 'us-a' }]
  const fleets = {
    edge: { localities: { near: { ...near, envoys: 2 }, far: { ...far, envoys: 1 } } },
    even: {},
  }
  t.same(
    [0, 1, 2, 3].map((index) => localityOf({ fleets }, 'edge', index)),
    [far, near, near, far],
  )
  t.equal(localityOf({ fleets }, 'even', 0), undefined)
})
