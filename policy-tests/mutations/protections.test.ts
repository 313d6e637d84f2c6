// Which protections a document has: each declared one is found where it is in effect, and nothing else.

import t from 'tap'
import { describeSchema } from '../../control-plane/document/describe-schema.ts'
import { stepsOf } from '../../control-plane/document/field-path.ts'
import { type Config, ConfigSchema } from '../../control-plane/document/model.ts'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { isHttpFilterSwitch } from '../../control-plane/switches/http-filters.ts'
import { SWITCHES } from '../../control-plane/switches/switches.ts'
import { PUBLIC_KEY } from '../../test/support/public-key.ts'
import { protectionsOf } from './protections.ts'

const KEYS = {
  keys: [PUBLIC_KEY],
}
const provider = (issuer: string, header?: string) => ({
  issuer,
  audiences: ['shop'],
  jwks: { inline: KEYS },
  ...(header && { header }),
})
const USES = { methods: { edge: ['shop.Orders/Get', 'shop.Orders/Put'] }, audiences: ['shop', 'payments'] }

function documentWith({
  security = {},
  tls,
  rule = {},
  upstream = {},
}: {
  readonly security?: object
  readonly tls?: object
  readonly rule?: object
  readonly upstream?: object
}): Config {
  return validateConfig({
    version: 1,
    upstreams: {
      orders: { endpoints: { o1: { address: '127.0.0.1:7101' } }, ...upstream },
      authorizer: { endpoints: { a1: { address: '127.0.0.1:7102' } } },
    },
    routes: { all: { hosts: ['*'], rules: { all: { match: {}, to: { orders: 1 }, ...rule } } } },
    jwt: {
      main: { ...provider('https://main.test'), maxLifetime: '15m' },
      device: provider('https://device.test', 'x-device'),
      unused: provider('https://unused.test'),
    },
    secrets: { edge: { certificate: 'edge.pem', key: 'edge.key' }, mesh: { ca: 'ca.pem' } },
    fleets: {
      edge: {
        kind: 'envoy',
        lb: { mode: 'l7', policy: 'round_robin' },
        listeners: { main: { port: 10_000, l7: { routes: 'all' }, ...(tls && { tls }) } },
        security,
      },
    },
  })
}
const found = (config: Config) =>
  Object.fromEntries(protectionsOf(config, USES).mutants.map(({ path, change }) => [`${path}: ${change}`, 1]))

const JWT = 'fleets.edge.security.jwt'
const RULES = 'fleets.edge.security.rbac.rules'
const TLS = 'fleets.edge.listeners.main.tls'

t.test(
  'tokens: the check, the methods that need one, and what a provider demands, written or not',
  async (t) => {
    const config = documentWith({
      security: { jwt: { enabled: true, anyOf: ['main'], public: ['shop.Orders/Put'] } },
    })
    t.strictSame(Object.keys(found(config)).toSorted(), [
      `${JWT}.enabled: false instead of true`,
      `${JWT}.public: shop.Orders/Get in addition`,
      'jwt.main.audiences: payments, another-audience in addition',
      'jwt.main.clockSkew: "1h" instead of "30s"',
      'jwt.main.maxLifetime: "8760h" instead of "15m"',
    ])
  },
)

t.test('tokens that are all needed: each of them', async (t) => {
  const names = Object.keys(
    found(documentWith({ security: { jwt: { enabled: true, allOf: ['main', 'device'] } } })),
  )
  t.same(
    names.filter((name) => name.includes('allOf')),
    [`${JWT}.allOf[0]: removed, it was "main"`, `${JWT}.allOf[1]: removed, it was "device"`],
  )
})

t.test('rules: each condition of each rule', async (t) => {
  const rules = {
    admins: { methods: ['shop.Orders/*'], token: { from: 'main', claims: { role: 'admin' } } },
    batch: { san: 'spiffe://example.org/batch', headers: { 'x-tenant': 'blue' } },
  }
  const security = { jwt: { enabled: true, anyOf: ['main'] }, rbac: { enabled: true, rules } }
  const names = Object.keys(found(documentWith({ security }))).filter((name) => name.includes('rbac'))
  t.strictSame(names, [
    'fleets.edge.security.rbac.enabled: false instead of true',
    'fleets.edge.security.rbac.shadow: true instead of false',
    `${RULES}.admins.methods: removed, it was ["shop.Orders/*"]`,
    `${RULES}.admins.token: removed, it was {"from":"main","claims":{"role":"admin"}}`,
    `${RULES}.admins.token.claims.role: removed, it was "admin"`,
    `${RULES}.batch.san: removed, it was "spiffe://example.org/batch"`,
    `${RULES}.batch.headers.x-tenant: removed, it was "blue"`,
  ])
})

t.test(
  'TLS, the authorizer and answers by Envoy; nothing about endpoints, which stand-ins take the place of',
  async (t) => {
    const config = documentWith({
      tls: { enabled: true, certificate: 'edge', clientCa: 'mesh', sans: ['spiffe://example.org/batch'] },
      security: { opa: { enabled: true, upstream: 'authorizer' } },
      rule: { directResponse: { enabled: true, status: 'UNAVAILABLE' } },
      upstream: { tls: { enabled: true, ca: 'mesh', sans: ['spiffe://example.org/orders'] } },
    })
    t.strictSame(Object.keys(found(config)).toSorted(), [
      `${TLS}.allowPlaintext: true instead of false`,
      `${TLS}.enabled: false instead of true`,
      `${TLS}.sans: [] instead of ["spiffe://example.org/batch"]`,
      'fleets.edge.security.opa.enabled: false instead of true',
      'fleets.edge.security.opa.onFailure: "allow" instead of "deny"',
      'routes.all.rules.all.directResponse.enabled: false instead of true',
    ])
    const { inseparable } = protectionsOf(config, USES)
    t.same(
      inseparable.map(({ path }) => path),
      [`${TLS}.clientCa`, `${TLS}.requireClient`],
      'a document that would be invalid is named with the reason',
    )
    t.match(inseparable[0]?.why, /sans needs clientCa beside it/)
  },
)

t.test('what is off protects nothing, and what nobody uses neither', async (t) => {
  const config = documentWith({
    tls: { enabled: false, certificate: 'edge', clientCa: 'mesh' },
    security: { jwt: { enabled: false, anyOf: ['main'] }, opa: { enabled: false, upstream: 'authorizer' } },
  })
  t.same(protectionsOf(config, USES).mutants, [])
})

t.test('the document itself stays as it is, and mutants differ in the one place', async (t) => {
  const config = documentWith({ security: { jwt: { enabled: true, anyOf: ['main'] } } })
  const before = structuredClone(config)
  const { mutants } = protectionsOf(config, USES)
  t.strictSame(config, before)
  const off = mutants.find(({ path }) => path === `${JWT}.enabled`)
  t.strictSame(off?.document.fleets.edge?.security, { jwt: { enabled: false, anyOf: ['main'] } })
  t.strictSame(off?.document.jwt, config.jwt)
})

t.test('every switch that protects calls can be taken away', async (t) => {
  const weakened = describeSchema(ConfigSchema).filter(({ weaker }) => weaker !== undefined)
  const { endpoints, upstreams, rules, listeners, serverListeners, fleets, httpFilters } = SWITCHES
  const fields = [endpoints, upstreams, rules, listeners, serverListeners, fleets].flat()
  const filters = httpFilters.filter(isHttpFilterSwitch)
  const protecting = [
    ...fields.filter((one) => 'protects' in one && one.protects),
    ...filters.filter((one) => one.protects || one.room === 'security'),
  ].map(({ field }) => field)
  t.ok(protecting.length > 5)
  for (const field of protecting) {
    t.ok(
      weakened.some((one) => stepsOf(one).includes(field) && one.path.endsWith(`.${field}.enabled`)),
      `${field}: write facts({ weaker: … }) for its enabled`,
    )
  }
})
