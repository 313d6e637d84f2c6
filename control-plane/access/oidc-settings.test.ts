// The flags of OpenID Connect: rules, and all problems at once.

import t from 'tap'
import { readOidcFlags } from './oidc-settings.ts'

const FLAGS = {
  'oidc-issuer': 'https://login.example.org/realms/yard',
  'oidc-audience': 'switchyard',
  'oidc-role': ['groups=platform:operator'],
}

t.test('without flags nobody calls by OpenID Connect', async (t) => {
  t.equal(readOidcFlags({}), undefined)
})

t.test('a rule is a claim, a value, a role and fleets', async (t) => {
  const rulesOf = (...written: readonly string[]) => readOidcFlags({ ...FLAGS, 'oidc-role': written })?.rules
  t.same(rulesOf('groups=platform:operator', 'realm_access.roles=edge ops:viewer:edge,west'), [
    { claim: 'groups', value: 'platform', role: 'operator' },
    { claim: 'realm_access.roles', value: 'edge ops', role: 'viewer', fleets: ['edge', 'west'] },
  ])
  t.same(rulesOf('https://example.org/roles=urn:x:y:admin'), [
    { claim: 'https://example.org/roles', value: 'urn:x:y', role: 'admin' },
  ])
  t.match(readOidcFlags(FLAGS), { nameClaim: 'sub', issuer: FLAGS['oidc-issuer'], jwksUrl: undefined })
})

t.test('all problems are reported at once', async (t) => {
  t.throws(() => readOidcFlags({ 'oidc-name': '' }), {
    code: 'invalid-argument',
    problems: [
      { path: '--oidc-issuer' },
      { path: '--oidc-audience' },
      { path: '--oidc-name' },
      { path: '--oidc-role' },
    ],
  })
  for (const rule of [
    'operator',
    'groups=platform',
    'groups=platform:owner',
    '=x:viewer',
    'g=x:viewer:',
    'g=x:viewer:a,,b',
    'g=x:admin:edge',
    'g=x:viewer:admin',
  ])
    t.throws(
      () => readOidcFlags({ ...FLAGS, 'oidc-role': [rule] }),
      { code: 'invalid-argument', problems: [{ path: '--oidc-role' }] },
      rule,
    )
})

t.test('keys come over TLS, or from loopback', async (t) => {
  const trusted = [
    'https://login.example.org',
    'http://127.0.0.1:8080/jwks',
    'http://localhost:1',
    'http://[::1]:1',
  ]
  const others = [
    'http://login.example.org',
    'login.example.org',
    'ftp://127.0.0.1',
    'https://a:b@login.example.org',
    '',
  ]
  for (const url of trusted) {
    t.equal(readOidcFlags({ ...FLAGS, 'oidc-issuer': url })?.issuer, url)
    t.equal(readOidcFlags({ ...FLAGS, 'oidc-jwks': url })?.jwksUrl, url)
  }
  for (const url of others) {
    t.throws(
      () => readOidcFlags({ ...FLAGS, 'oidc-issuer': url }),
      { code: 'invalid-argument', problems: [{ path: '--oidc-issuer' }] },
      url,
    )
    t.throws(
      () => readOidcFlags({ ...FLAGS, 'oidc-jwks': url }),
      { code: 'invalid-argument', problems: [{ path: '--oidc-jwks' }] },
      url,
    )
  }
})
