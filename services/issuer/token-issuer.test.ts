// The token issuer: tokens that its key set verifies, and a rotation that enforces the order of its steps.

import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import t, { type Test } from 'tap'
import { createSigningKey, SIGNING_ALGORITHMS, TokenIssuer } from './token-issuer.ts'

const TOKEN = { subject: 'alice', audience: 'echo', lifetime: 60, claims: { role: 'user' } }

function verify(issuer: TokenIssuer, token: string) {
  return jwtVerify(token, createLocalJWKSet({ keys: [...issuer.keySet.keys] }), {
    issuer: 'https://i',
    audience: 'echo',
  })
}

for (const algorithm of SIGNING_ALGORITHMS) {
  t.test(
    `a token by ${algorithm} is good by the key set, which holds public halves pinned to it`,
    async (t) => {
      const issuer = await TokenIssuer.create('https://i', algorithm)
      const token = await issuer.sign(TOKEN)
      const { payload, protectedHeader } = await verify(issuer, token)
      t.match(payload, { iss: 'https://i', sub: 'alice', aud: 'echo', role: 'user' })
      t.equal(Number(payload.exp) - Number(payload.iat), 60)
      t.same(protectedHeader, { alg: algorithm, kid: issuer.signingKey.kid, typ: 'JWT' })
      const [key] = issuer.keySet.keys
      t.match(key, { alg: algorithm, kid: issuer.signingKey.kid, use: 'sig' })
      t.notOk('d' in Object(key))
    },
  )
}

t.test('a token that is signed at the end of a second has the requested lifetime', async (t) => {
  const issuer = await TokenIssuer.create('https://i', 'ES256')
  advanceWithEachReading(t)
  const { exp, iat } = decodeJwt(await issuer.sign(TOKEN))
  t.equal(Number(exp) - Number(iat), 60)
})

/** Replaces the clock until the test ends: each reading is a second later than the previous one. */
function advanceWithEachReading(t: Test): void {
  const RealDate = Date
  let now = RealDate.now()
  const read = () => {
    now += 1_000
    return now
  }
  class AdvancingDate extends RealDate {
    constructor(value: number | string | Date = read()) {
      super(value)
    }
    static override now(): number {
      return read()
    }
  }
  globalThis.Date = AdvancingDate as DateConstructor
  t.teardown(() => {
    globalThis.Date = RealDate
  })
}

t.test(
  'in a rotation tokens of the old and the new key are valid until the old key is retired',
  async (t) => {
    const issuer = await TokenIssuer.create('https://i', 'ES256')
    const old = issuer.signingKey.kid
    const oldToken = await issuer.sign(TOKEN)
    const next = await createSigningKey('EdDSA')
    issuer.publish(next)
    t.equal(decodeProtectedHeader(await issuer.sign(TOKEN)).kid, old, 'a published key does not sign yet')
    issuer.signWith(next.kid)
    const newToken = await issuer.sign(TOKEN)
    t.equal(decodeProtectedHeader(newToken).kid, next.kid)
    await verify(issuer, oldToken)
    issuer.retire(old)
    await verify(issuer, newToken)
    await t.rejects(verify(issuer, oldToken), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
  },
)

t.test('a key cannot sign before it is published, and cannot be retired while it signs', async (t) => {
  const issuer = await TokenIssuer.create('https://i', 'ES256')
  const { kid } = await createSigningKey('ES256')
  t.throws(() => issuer.signWith(kid), { message: /publish it before it signs/ })
  t.throws(() => issuer.retire(issuer.signingKey.kid), {
    message: /sign with another key before you retire it/,
  })
})
