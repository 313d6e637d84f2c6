// Decisions of the authorizer through a real Envoy: the calls that the policy allows, and attempts to bypass it.

import { create, toBinary } from '@bufbuild/protobuf'
import { PutRequestSchema } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { SignJWT } from 'jose'
import t, { type Test } from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { authorizerAt, startSilentAuthorizer, startTestAuthorizer } from '../support/authorizer.ts'
import { AUDIENCE, type SecuredEdge, startSecuredEdge } from '../support/secured-edge.ts'

const PUT = '/switchyard.kv.v1.KeyValueService/Put'
const BIDIRECTIONAL = '/switchyard.echo.v1.EchoService/Bidirectional'
const WITHOUT_RULE = '/switchyard.kv.v1.KeyValueService/Delete'
const HEALTH = 'grpc.health.v1.Health/Check'

const OK = 0
const UNKNOWN = 2
const PERMISSION_DENIED = 7
const UNAVAILABLE = 14

/** JWT checks tokens, and the authorizer decides. */
function securityOf(opa: object = {}) {
  return {
    jwt: { enabled: true, anyOf: ['main'], public: [HEALTH] },
    // A busy machine must not look like an authorizer that is down.
    opa: { enabled: true, upstream: 'authorizer', timeout: '10s', ...opa },
  }
}

async function startGuarded(t: Test, opa: object = {}) {
  const authorizer = await startTestAuthorizer(t)
  const edge = await startSecuredEdge(t, {
    security: securityOf(opa),
    upstreams: authorizerAt(authorizer.address),
  })
  return { authorizer, edge }
}

async function bearer(edge: SecuredEdge, claims: object): Promise<{ authorization: string }> {
  return { authorization: `Bearer ${await edge.token(claims)}` }
}

function putOf(bytes: number): Uint8Array {
  return toBinary(PutRequestSchema, create(PutRequestSchema, { key: 'k', value: new Uint8Array(bytes) }))
}

t.test('S23: a token without the scope is denied with 7', async (t) => {
  const { edge } = await startGuarded(t)
  const admin = { roles: ['admin'] }
  const without = await edge.call({ path: PUT, message: putOf(1), headers: await bearer(edge, admin) })
  t.equal(without.status, PERMISSION_DENIED)
  t.match(without.details, 'the scope kv:write is missing')
  const headers = await bearer(edge, { ...admin, scope: 'kv:read kv:write' })
  const scoped = await edge.call({ path: PUT, message: putOf(1), headers })
  t.equal(scoped.status, OK, scoped.details)
})

t.test('S23: a valid token with another purpose is denied with 7', async (t) => {
  const { edge } = await startGuarded(t)
  const { alg, kid, privateKey } = edge.issuers.main.signingKey
  const statusWith = async (typ: string) => {
    const token = await new SignJWT({ roles: ['user'] })
      .setProtectedHeader({ alg, kid, typ })
      .setIssuer(edge.issuers.main.issuer)
      .setAudience(AUDIENCE)
      .setExpirationTime('10m')
      .sign(privateKey)
    return (await edge.call({ headers: { authorization: `Bearer ${token}` } })).status
  }
  t.equal(await statusWith('refresh+jwt'), PERMISSION_DENIED)
  t.equal(await statusWith('at+jwt'), OK)
})

t.test('S30: a call that the policy denies or has no rule for is denied with 7', async (t) => {
  const { edge, authorizer } = await startGuarded(t)
  const user = await bearer(edge, { roles: ['user'] })
  const admin = await bearer(edge, { roles: ['admin'] })
  t.equal((await edge.call({ headers: user })).status, OK)
  t.match(await edge.call({ path: BIDIRECTIONAL, headers: user }), {
    status: PERMISSION_DENIED,
    details: /no role of the caller/,
  })
  t.equal((await edge.call({ path: BIDIRECTIONAL, headers: admin })).status, OK)
  t.match(await edge.call({ path: WITHOUT_RULE, headers: admin }), {
    status: PERMISSION_DENIED,
    details: /no rule/,
  })
  t.match(authorizer.asked[0], {
    service: 'switchyard.echo.v1.EchoService',
    method: 'Unary',
    claims: { main: { sub: 'alice', roles: ['user'] } },
    tokenHeaders: { main: { alg: 'ES256', typ: 'JWT' } },
    source: { address: '127.0.0.1', principal: '' },
    headers: { ':authority': ['edge'] },
  })
})

t.test('S31: without a decision every call is denied with the configured status', async (t) => {
  const places = {
    silent: await startSilentAuthorizer(t),
    nobody: `127.0.0.1:${await freePort()}`,
  }
  const statusWith = async (address: string, onFailure: string, timeout = '50ms') => {
    const upstreams = authorizerAt(address)
    const edge = await startSecuredEdge(t, {
      security: securityOf({ onFailure, timeout }),
      upstreams,
    })
    return (await edge.call({ headers: await bearer(edge, { roles: ['user'] }) })).status
  }
  for (const [what, address] of Object.entries(places)) {
    t.equal(await statusWith(address, 'deny'), PERMISSION_DENIED, `${what}, deny`)
    t.equal(await statusWith(address, 'unavailable'), UNAVAILABLE, `${what}, unavailable`)
    t.equal(await statusWith(address, 'allow'), OK, `${what}, allow: the twin that fails open`)
  }
  const { address } = await startTestAuthorizer(t)
  t.equal(await statusWith(address, 'deny', '10s'), OK, 'the twin whose authorizer answers')
})

t.test('S34: a role header that is sent twice is denied with 7', async (t) => {
  const { edge } = await startGuarded(t)
  const admin = await bearer(edge, { roles: ['user', 'admin'] })
  const statusWith = async (role: string | readonly string[]) =>
    (await edge.call({ path: BIDIRECTIONAL, headers: { ...admin, 'x-acting-role': role } })).status
  t.equal(await statusWith(['admin', 'user']), PERMISSION_DENIED)
  t.equal(await statusWith(['user', 'admin']), PERMISSION_DENIED)
  t.equal(await statusWith(['admin', 'admin']), PERMISSION_DENIED)
  t.equal(await statusWith('user'), PERMISSION_DENIED, 'the call does not have the roles that it gave up')
  t.equal(await statusWith('admin'), OK)
})

t.test('S36: headers of the authorizer are overwritten, and removed if it sets none', async (t) => {
  const { edge } = await startGuarded(t)
  const forged = { 'x-auth-roles': 'admin', 'x-auth-subject': 'root', 'x-auth-other': 'forged' }
  const user = await bearer(edge, { roles: ['user'] })
  t.equal((await edge.call({ headers: { ...user, ...forged } })).status, OK)
  const received = edge.seen.at(-1)?.metadata
  t.same(received?.get('x-auth-roles'), ['user'])
  t.same(received?.get('x-auth-subject'), ['alice'])
  t.same(received?.get('x-auth-other'), [])
})

t.test('a message that is larger than an HTTP/2 window reaches the policy completely', async (t) => {
  const { edge, authorizer } = await startGuarded(t, { maxBody: 1_000_000 })
  const message = putOf(500_000)
  const headers = await bearer(edge, { roles: ['admin'], scope: 'kv:write' })
  await edge.call({ path: PUT, message, headers })
  t.equal(authorizer.asked.at(-1)?.body?.bytes, message.length + 5)
})

t.test('S37: a message over the body limit is rejected, not truncated', async (t) => {
  const { edge, authorizer } = await startGuarded(t, { maxBody: 2_000 })
  const headers = await bearer(edge, { roles: ['admin'], scope: 'kv:write' })
  const fits = putOf(1_000)
  t.equal((await edge.call({ path: PUT, message: fits, headers })).status, OK)
  t.equal(authorizer.asked.at(-1)?.body?.bytes, fits.length + 5, 'the whole message and its frame')
  const asked = authorizer.asked.length
  // Envoy truncates a message that arrives at once, and marks it as partial: the authorizer denies partial messages.
  const atOnce = await edge.call({ path: PUT, message: putOf(2_000), headers })
  t.match(atOnce, { status: PERMISSION_DENIED, details: /larger than the policy sees/ })
  // Envoy rejects a message that arrives in pieces with HTTP status 413.
  const inPieces = await edge.call({ path: PUT, message: putOf(500_000), headers })
  t.equal(inPieces.status, UNKNOWN, inPieces.details)
  t.equal(authorizer.asked.length, asked, 'no policy saw a part of either message')
  t.equal(edge.seen.length, 1, 'neither message reached the service')
})
