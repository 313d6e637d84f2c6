// A service that checks tokens itself, with tokens of our issuer.

import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { Metadata, Server, status } from '@grpc/grpc-js'
import { createLocalJWKSet } from 'jose'
import t, { type Test } from 'tap'
import { DrainingListener } from '../draining-listener.ts'
import { echoService } from '../echo.ts'
import { TokenIssuer } from '../issuer/token-issuer.ts'
import { addService, createClient, type RpcStatusError } from '../rpc/index.ts'
import { requireToken, type TokenRules } from './require-token.ts'

const ISSUER = 'https://issuer.local'

async function openGuarded(t: Test, keys: TokenRules['keys']) {
  const grpc = new Server({
    interceptors: [requireToken({ keys, issuer: ISSUER, audience: 'echo', roles: ['reader', 'admin'] })],
  })
  addService(grpc, EchoService, echoService('b1'))
  const listener = new DrainingListener(grpc)
  const echo = createClient(EchoService, await listener.listen({ host: '127.0.0.1', port: 0 }))
  t.teardown(async () => {
    echo.close()
    await listener.close(0)
  })
  return (headers: Record<string, string>) =>
    echo.unary({}, { metadata: Metadata.fromHttp2Headers(headers) }).then(
      () => status.OK,
      ({ code }: RpcStatusError) => code,
    )
}

t.test(
  'O1.8: no valid token is UNAUTHENTICATED, and a token without the role PERMISSION_DENIED',
  async (t) => {
    const issuer = await TokenIssuer.create(ISSUER, 'ES256')
    const stranger = await TokenIssuer.create(ISSUER, 'ES256')
    const call = await openGuarded(t, createLocalJWKSet({ keys: [...issuer.keySet.keys] }))
    const tokenOf = (from: TokenIssuer, roles: unknown, more: object = {}) =>
      from.sign({ subject: 'alice', audience: 'echo', lifetime: 60, claims: { roles }, ...more })
    const bearer = async (token: Promise<string>) => call({ authorization: `Bearer ${await token}` })

    t.equal(await bearer(tokenOf(issuer, ['reader'])), status.OK)
    t.equal(await bearer(tokenOf(issuer, 'admin')), status.OK, 'one role as a text')
    t.equal(await call({}), status.UNAUTHENTICATED, 'no token')
    t.equal(await call({ authorization: 'Basic abc' }), status.UNAUTHENTICATED, 'another scheme')
    t.equal(await call({ authorization: 'Bearer abc' }), status.UNAUTHENTICATED, 'no JWT')
    t.equal(await bearer(tokenOf(issuer, ['reader'], { lifetime: -60 })), status.UNAUTHENTICATED, 'expired')
    t.equal(await bearer(tokenOf(issuer, ['reader'], { audience: 'other' })), status.UNAUTHENTICATED)
    t.equal(await bearer(tokenOf(stranger, ['reader'])), status.UNAUTHENTICATED, 'another key')
    t.equal(await bearer(tokenOf(issuer, ['writer'])), status.PERMISSION_DENIED)
    t.equal(await bearer(tokenOf(issuer, undefined)), status.PERMISSION_DENIED)
  },
)

t.test('O1.8: without the keys of the issuer, nobody knows: UNAVAILABLE', async (t) => {
  const issuer = await TokenIssuer.create(ISSUER, 'ES256')
  const call = await openGuarded(t, () => Promise.reject(new TypeError('fetch failed')))
  const token = await issuer.sign({ subject: 'alice', audience: 'echo', lifetime: 60 })
  t.equal(await call({ authorization: `Bearer ${token}` }), status.UNAVAILABLE)
})
