// Documents with invalid security settings: the admin API rejects them, and nothing of them reaches a node.

import t from 'tap'
import { sampleWith } from '../support/sample-config.ts'
import { serveFleet } from '../support/served-fleet.ts'

const MAIN = { issuer: 'i', audiences: ['a'], jwks: { upstream: 'echo', path: '/jwks.json' } }
const JWT = { enabled: true, anyOf: ['main'] }
const RULES = { a: { token: { from: 'main' } } }
const REMOTE = { enabled: true, upstream: 'remote' }
const AUTHORIZERS = {
  remote: { endpoints: { a1: { address: '127.0.0.1:7400' }, a2: { address: '192.0.2.1:7400' } } },
  named: { dns: { host: 'authorizer.internal', port: 7400 } },
  local: { endpoints: { a1: { address: '[::1]:7400' }, a2: { address: 'unix:/run/a.sock' } } },
}
const OFF = { enabled: false, anyOf: ['main'] }

const AT = 'fleets.edge.security'
const CASES = [
  {
    title: 'S26: a JWT requirement for an issuer that does not exist is rejected',
    rejected: { security: { jwt: { ...JWT, anyOf: ['main', 'nobody'] } } },
    path: `${AT}.jwt.anyOf[1]`,
    accepted: { security: { jwt: JWT } },
  },
  {
    title: 'S26: a disabled JWT requirement for an issuer that does not exist is rejected too',
    rejected: { security: { jwt: { ...OFF, anyOf: ['nobody'] } } },
    path: `${AT}.jwt.anyOf[0]`,
    accepted: { security: { jwt: OFF } },
  },
  {
    title: 'denied tokens of an issuer whose tokens are not demanded are rejected',
    rejected: { security: { jwt: { ...JWT, denied: { partner: { ids: ['a-1'] } } } } },
    path: `${AT}.jwt.denied.partner`,
    accepted: { security: { jwt: { ...JWT, denied: { main: { ids: ['a-1'] } } } } },
  },
  {
    title: 'S26: an RBAC rule about tokens of an issuer that does not exist is rejected',
    rejected: { security: { rbac: { enabled: true, rules: { a: { token: { from: 'nobody' } } } } } },
    path: `${AT}.rbac.rules.a.token.from`,
    accepted: { security: { rbac: { enabled: true, rules: RULES } } },
  },
  {
    title: 'S52: a fleet with JWT on cannot change to L4',
    rejected: { lb: { mode: 'l4' }, security: { jwt: JWT } },
    path: 'fleets.edge.lb.mode',
    accepted: { lb: { mode: 'l4' }, security: { jwt: JWT, allowUnprotected: true } },
  },
  {
    title: 'S52: a fleet with RBAC on cannot change to L4',
    rejected: { lb: { mode: 'l4' }, security: { rbac: { enabled: true, rules: {} } } },
    path: 'fleets.edge.lb.mode',
    accepted: { lb: { mode: 'l4' }, security: { jwt: OFF, rbac: { enabled: false, rules: {} } } },
  },
  {
    title: 'S52: one listener of a fleet with JWT on cannot change to L4',
    rejected: { listeners: { main: { mode: 'l4' } }, security: { jwt: JWT } },
    path: 'fleets.edge.listeners.main.mode',
    accepted: { lb: { mode: 'l4' }, listeners: { main: { mode: 'l7' } }, security: { jwt: JWT } },
  },
  {
    title: 'a rule about a header that every listener removes is rejected',
    rejected: { security: { rbac: { enabled: true, rules: { a: { headers: { x_tenant: 'blue' } } } } } },
    path: `${AT}.rbac.rules.a.headers.x_tenant`,
    accepted: { security: { rbac: { enabled: true, rules: { a: { headers: { 'x-tenant': 'blue' } } } } } },
  },
  {
    title: 'an authorizer on another host without TLS, whose answers can be forged, is rejected',
    rejected: { security: { opa: REMOTE } },
    path: `${AT}.opa.upstream`,
    accepted: { security: { opa: { ...REMOTE, allowPlaintext: true } } },
  },
  {
    title:
      'an authorizer without endpoints of the document, which may be on any host, is rejected without TLS',
    rejected: { security: { opa: { ...REMOTE, upstream: 'named' } } },
    path: `${AT}.opa.upstream`,
    accepted: { security: { opa: { ...REMOTE, upstream: 'local' } } },
  },
  {
    title: 'anyOf and allOf together are rejected',
    rejected: { security: { jwt: { ...JWT, allOf: ['main'] } } },
    path: `${AT}.jwt.anyOf`,
    accepted: { security: { jwt: { enabled: true, allOf: ['main'] } } },
  },
  {
    title: 'two required tokens in one header are rejected',
    rejected: { security: { jwt: { enabled: true, allOf: ['main', 'second'] } } },
    path: `${AT}.jwt.allOf`,
    accepted: { security: { jwt: { enabled: true, allOf: ['main', 'device'] } } },
  },
]

for (const { title, rejected, path, accepted } of CASES) {
  t.test(title, async (t) => {
    const jwt = { main: MAIN, second: MAIN, device: { ...MAIN, header: 'x-device-token' } }
    const upstreams = Object.entries(AUTHORIZERS).map(([name, one]) => [`upstreams.${name}`, one])
    const initial = sampleWith({ jwt, 'fleets.edge.lb.mode': 'l7', ...Object.fromEntries(upstreams) })
    const { patchConfig, cache, state } = await serveFleet(t, initial)
    const before = [cache.getSnapshot('edge'), state.head.etag]
    const response = await patchConfig({ fleets: { edge: rejected } })
    t.equal(response.statusCode, 422)
    t.same(
      response.json().problems.map((problem: { path: string }) => problem.path),
      [path],
    )
    t.same([cache.getSnapshot('edge'), state.head.etag], before, 'nothing was pushed')
    t.equal((await patchConfig({ fleets: { edge: accepted } })).statusCode, 202, 'the accepted twin')
  })
}

const KEY = {
  kid: 'k',
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
}
const KEY_SETS = [
  { title: 'keys without a source', jwks: {}, path: 'jwt.main.jwks' },
  {
    title: 'keys from two sources',
    jwks: { ...MAIN.jwks, inline: { keys: [{ ...KEY, alg: 'ES256' }] } },
    path: 'jwt.main.jwks',
  },
  { title: 'an upstream without a path', jwks: { upstream: 'echo' }, path: 'jwt.main.jwks' },
  {
    title: 'an upstream that does not exist',
    jwks: { upstream: 'nobody', path: '/k' },
    path: 'jwt.main.jwks.upstream',
  },
  {
    title: 'a key that is not pinned to an algorithm',
    jwks: { inline: { keys: [KEY] } },
    path: 'jwt.main.jwks.inline.keys[0].alg',
  },
  {
    title: 'a shared secret',
    jwks: { inline: { keys: [{ kid: 'k', kty: 'oct', alg: 'HS256', k: 'dont-tell' }] } },
    path: 'jwt.main.jwks.inline.keys[0].kty',
  },
  {
    title: 'a private key',
    jwks: { inline: { keys: [{ ...KEY, alg: 'ES256', d: 'dont-tell' }] } },
    path: 'jwt.main.jwks.inline.keys[0].d',
  },
  {
    title: 'a key without its content',
    jwks: { inline: { keys: [{ ...KEY, alg: 'ES256', y: undefined }] } },
    path: 'jwt.main.jwks.inline.keys[0].y',
  },
]

t.test('invalid key sets are rejected, each with its path', async (t) => {
  const { patchConfig } = await serveFleet(t, sampleWith({}))
  for (const { title, jwks, path } of KEY_SETS) {
    const response = await patchConfig({ jwt: { main: { ...MAIN, jwks } } })
    t.equal(response.statusCode, 422, title)
    const paths = response.json().problems.map((problem: { path: string }) => problem.path)
    t.ok(paths.includes(path), `${title}: ${paths}`)
    t.notMatch(response.body, /dont-tell/, 'the answer does not repeat the content of the key')
  }
  const inline = { keys: [{ ...KEY, alg: 'ES256' }] }
  t.equal((await patchConfig({ jwt: { main: { ...MAIN, jwks: { inline } } } })).statusCode, 202)
})
