// A document that runs here: addresses, ports and keys are others, and everything else is as it was.

import t from 'tap'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { PUBLIC_KEY } from '../../test/support/public-key.ts'
import { rewriteDocument } from './rewrite-document.ts'

const JWT = { enabled: true, anyOf: ['main'] }
const RBAC = { enabled: true, rules: { all: { methods: ['shop.Orders/Get'] } } }
const DOCUMENT = validateConfig({
  version: 1,
  upstreams: {
    orders: {
      endpoints: { o1: { address: '10.0.0.1:7101', weight: 3, additionalAddresses: ['[::2]:7101'] } },
      healthCheck: { enabled: true, eventLog: { path: '/var/log/health.log' } },
      proxyProtocol: { enabled: true },
      outlierDetection: { enabled: true },
    },
    stock: { dns: { host: 'stock.internal', port: 7101 }, lb: { policy: 'random' } },
    prices: { endpointsFrom: { file: 'prices.yaml' } },
    authorizer: {
      endpoints: { a1: { address: '10.0.0.8:9191' } },
      tls: { enabled: true, ca: 'mesh', sans: ['spiffe://shop/authorizer'] },
    },
    any: { aggregate: ['orders', 'stock'] },
    ratings: { endpoints: { r1: { address: '10.0.0.9:7101' } } },
  },
  secrets: { mesh: { ca: 'ca.pem' } },
  routes: {
    public: {
      hosts: ['*'],
      rules: { all: { match: {}, to: { orders: 1, stock: 1, prices: 1, ratings: 1 }, timeout: '2s' } },
    },
  },
  jwt: {
    main: { issuer: 'https://issuer.test', audiences: ['shop'], jwks: { inline: { keys: [PUBLIC_KEY] } } },
  },
  fleets: {
    edge: {
      kind: 'envoy',
      lb: { mode: 'l7', policy: 'round_robin' },
      accessLog: { enabled: true, file: { path: '/var/log/calls.log' } },
      listeners: {
        main: { address: '0.0.0.0', port: 443, l7: { routes: 'public' }, proxyProtocol: { enabled: true } },
      },
      security: { jwt: JWT, rbac: RBAC },
    },
  },
})

const MINTED = { ...PUBLIC_KEY, kid: 'minted' }
const rewrite = () =>
  rewriteDocument(DOCUMENT, {
    keep: new Set(['ratings']),
    real: new Set(['authorizer']),
    endpoint: (upstream, endpoint) => `127.0.0.1:${upstream.length}00${endpoint.length}`,
    port: () => 20_001,
    keys: () => [MINTED],
  })

t.test(
  'endpoints, ports and keys are others; logs, health checks and the PROXY protocol are gone',
  async (t) => {
    const { upstreams, fleets, jwt } = rewrite()
    t.strictSame(upstreams, {
      orders: {
        endpoints: { o1: { address: '127.0.0.1:6002', weight: 3 } },
        outlierDetection: { enabled: true },
      },
      stock: { endpoints: { 'stand-in': { address: '127.0.0.1:5008' } }, lb: { policy: 'random' } },
      prices: { endpoints: { 'stand-in': { address: '127.0.0.1:6008' } } },
      authorizer: { endpoints: { a1: { address: '127.0.0.1:10002' } } },
      any: DOCUMENT.upstreams.any,
      ratings: DOCUMENT.upstreams.ratings,
    })
    t.strictSame(fleets.edge, {
      kind: 'envoy',
      lb: { mode: 'l7', policy: 'round_robin' },
      listeners: { main: { port: 20_001, l7: { routes: 'public' } } },
      security: { jwt: JWT, rbac: RBAC },
    })
    t.strictSame(jwt?.main?.jwks, { inline: { keys: [MINTED] } })
  },
)

t.test('it is a valid document, and the routes are as they were', async (t) => {
  t.ok(validateConfig(rewrite()))
  t.strictSame(rewrite().routes, DOCUMENT.routes)
})
