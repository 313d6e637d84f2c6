// Signing keys: a rotation denies no valid token, retired keys are rejected, key servers can be down, and tokens name none.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { freePort } from '../../processes/free-port.ts'
import { KEY_SET_PATH } from '../../services/issuer/issuer-server.ts'
import { createSigningKey } from '../../services/issuer/token-issuer.ts'
import { openForge } from '../support/forged-token.ts'
import { requireTool } from '../support/requirements.ts'
import { AUDIENCE, type SecuredEdge, startSecuredEdge } from '../support/secured-edge.ts'

const SECURITY = { jwt: { enabled: true, anyOf: ['main'] } }

/** The fixture's `main`, with keys that Envoy caches for a second. */
function keptForASecond(issuer: string) {
  return { issuer, audiences: [AUDIENCE], jwks: { upstream: 'issuer', path: KEY_SET_PATH, cache: '1s' } }
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

/** Calls with the newest token, one after the other, until it is stopped. `stop` resolves with the statuses. */
function callRepeatedly(edge: SecuredEdge) {
  const statuses: number[] = []
  let going = true
  let answered = Promise.withResolvers<void>()
  const work = async () => {
    while (going) {
      statuses.push((await edge.call(bearer(await edge.token()))).status)
      answered.resolve()
      answered = Promise.withResolvers()
    }
  }
  const done = work()
  return {
    /** Resolves when this many more calls have been answered. */
    further: async (count: number) => {
      for (const enough = statuses.length + count; statuses.length < enough; ) await answered.promise
    },
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
    await load.further(10)
    main.signWith(next.kid)
    t.equal(
      (await edge.call(bearer(oldToken))).status,
      0,
      'tokens of the old key are valid while it is published',
    )
    await load.further(10)
    main.retire(old)
    await edge.untilKeyFetches(COPIES_ARE_NEW)
    await load.further(10)

    t.equal((await edge.call(bearer(oldToken))).status, 16, 'the old key is removed')
    t.equal(
      (await edge.call(bearer(await edge.token()))).status,
      0,
      'the accepted twin: the same call with the new key',
    )
    t.same(new Set(await load.stop()), new Set([0]))
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

  await t.test('S10: nobody contacts a server that a token names', async (t) => {
    let contacts = 0
    const named = createServer((_, response) => {
      contacts += 1
      response.end('{"keys":[]}')
    }).listen(0, '127.0.0.1')
    t.teardown(() => named.close())
    await once(named, 'listening')
    const url = `http://127.0.0.1:${(named.address() as AddressInfo).port}`
    const forge = await openForge(edge.issuers, AUDIENCE, url)
    const header = { jku: 'STRANGER/jwks.json', x5u: 'STRANGER/x5u.pem' }
    const forged = await forge.make({ key: 'stranger', header })
    t.equal((await edge.call(bearer(forged))).status, 16)
    t.equal(contacts, 0)
    const { status } = await fetch(`${url}/jwks.json`)
    t.match({ status, contacts }, { status: 200, contacts: 1 }, 'the twin: the server is there')
    const valid = await forge.make({ of: 'partner', header })
    await edge.serve({ security: { jwt: { enabled: true, anyOf: ['partner'] } } })
    t.equal((await edge.call(bearer(valid))).status, 0, 'the accepted twin: a known key, and the same header')
    t.equal(contacts, 1)
  })
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
