// The keys of an issuer: found again after a failure, and not asked for meanwhile.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { TokenIssuer } from '../../services/issuer/token-issuer.ts'
import { OidcKeys } from './oidc-keys.ts'

async function serve(t: Test) {
  const state = { isDown: true, asked: 0 }
  const issuer = await TokenIssuer.create('https://i.test', 'ES256')
  const server = createServer((_request, response) => {
    state.asked += 1
    response.writeHead(state.isDown ? 503 : 200).end(JSON.stringify(issuer.keySet))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const { kid, alg } = issuer.signingKey
  return {
    state,
    header: { kid, alg },
    source: { issuer: 'https://i.test', jwksUrl: `http://127.0.0.1:${port}/keys` },
  }
}

t.test('after a failure the keys are found when the issuer answers', async (t) => {
  const { state, header, source } = await serve(t)
  const keys = new OidcKeys(source, 0)
  await t.rejects(keys.find(header), { message: /\/keys answered 503/ })
  state.isDown = false
  t.match(await keys.find(header), { type: 'public' })
  await t.rejects(keys.find({ ...header, kid: 'unknown' }), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
  t.equal(state.asked, 2, 'an unknown key is no reason to ask again at once')
})

t.test('a failure is repeated without another request for a while', async (t) => {
  const { state, header, source } = await serve(t)
  const keys = new OidcKeys(source, 60_000)
  for (let attempt = 0; attempt < 5; attempt += 1)
    await t.rejects(keys.find(header), { message: /answered 503/ })
  t.equal(state.asked, 1)
})
