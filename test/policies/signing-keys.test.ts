// Signing keys: a rotation denies no valid token, retired keys are rejected, and key servers can be down.

import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { KEY_SET_PATH } from '../../services/issuer/issuer-server.ts'
import { createSigningKey } from '../../services/issuer/token-issuer.ts'
import { requireTool } from '../support/requirements.ts'
import { AUDIENCE, type SecuredEdge, startSecuredEdge } from '../support/secured-edge.ts'

const SECURITY = { jwt: { enabled: true, anyOf: ['main'] } }

/** The fixture's `main`, with keys that Envoy caches for a second. */
function keptForASecond(issuer: string) {
  return { issuer, audiences: [AUDIENCE], jwks: { upstream: 'issuer', path: KEY_SET_PATH, cache: '1s' } }
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

/** Calls with the newest token, one after the other, until it is stopped. Returns the statuses. */
function callRepeatedly(edge: SecuredEdge) {
  const statuses: number[] = []
  let going = true
  const work = async () => {
    while (going) statuses.push((await edge.call(bearer(await edge.token()))).status)
  }
  const done = work()
  return {
    stop: async () => {
      going = false
      await done
      return statuses
    },
  }
}

/** Envoy has applied the first fetched key set when it fetches the second. */
const COPIES_ARE_NEW = 2

t.test(
  'S24: no call is denied during a key rotation, and tokens of the removed key are denied afterwards',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const edge = await startSecuredEdge(t)
    const { main } = edge.issuers
    await edge.serve({ security: SECURITY, jwt: { main: keptForASecond(main.issuer) } })
    const old = main.signingKey.kid
    const oldToken = await edge.token()
    const load = callRepeatedly(edge)

    const next = await createSigningKey('RS256')
    main.publish(next)
    await edge.untilKeyFetches(COPIES_ARE_NEW)
    main.signWith(next.kid)
    t.equal(
      (await edge.call(bearer(oldToken))).status,
      0,
      'tokens of the old key are valid while it is published',
    )
    main.retire(old)
    await edge.untilKeyFetches(COPIES_ARE_NEW)

    t.equal((await edge.call(bearer(oldToken))).status, 16, 'the old key is removed')
    t.equal(
      (await edge.call(bearer(await edge.token()))).status,
      0,
      'the accepted twin: the same call with the new key',
    )
    const statuses = await load.stop()
    t.ok(statuses.length > 100, `${statuses.length} calls were made meanwhile`)
    t.same(new Set(statuses), new Set([0]))
  },
)

t.test('tokens of a key that is not published yet are denied, so keys must overlap', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const edge = await startSecuredEdge(t, { security: SECURITY })
  const { main } = edge.issuers
  t.equal((await edge.call(bearer(await edge.token()))).status, 0)
  const next = await createSigningKey('ES256')
  main.publish(next)
  main.signWith(next.kid)
  t.equal((await edge.call(bearer(await edge.token()))).status, 16)
})

t.test('S25: without fetched or cached keys, every token is denied', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const edge = await startSecuredEdge(t)
  const nobody = { endpoints: { i1: { address: `127.0.0.1:${await freePort()}` } }, protocol: 'http1' }
  const lost = {
    ...keptForASecond(edge.issuers.main.issuer),
    jwks: { upstream: 'nobody', path: KEY_SET_PATH },
  }
  await edge.serve({ security: SECURITY, upstreams: { nobody }, jwt: { main: lost } })
  t.equal((await edge.call(bearer(await edge.token()))).status, 16)
  await edge.serve({ security: SECURITY })
  t.equal(
    (await edge.call(bearer(await edge.token()))).status,
    0,
    'the accepted twin: with keys it is allowed',
  )
})

t.test('cached keys stay valid while their server is down', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const edge = await startSecuredEdge(t)
  await edge.serve({ security: SECURITY, jwt: { main: keptForASecond(edge.issuers.main.issuer) } })
  t.equal((await edge.call(bearer(await edge.token()))).status, 0)
  await edge.stopKeyServer()
  const failures = async () => {
    const stats = await edge.envoy.admin.stats('jwt_authn\\.jwks_fetch_failed$')
    return Math.max(...stats.values())
  }
  const before = await failures()
  const statuses = new Set<number>()
  while ((await failures()) < before + 2) statuses.add((await edge.call(bearer(await edge.token()))).status)
  t.same(statuses, new Set([0]))
})
