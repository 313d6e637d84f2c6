// Random calls that the policy denies: none is allowed, nothing crashes, and valid calls between them succeed.

import t from 'tap'
import { fc, SEED } from '../support/fast-check.ts'
import { openForge } from '../support/forged-token.ts'
import { hostileCalls } from '../support/hostile-calls.ts'
import { connectRaw } from '../support/raw-call.ts'
import { requireTool } from '../support/requirements.ts'
import { AUDIENCE, startSecuredEdge } from '../support/secured-edge.ts'

/**
 * The same seed makes the same calls. For a longer search:
 * SWITCHYARD_FUZZ_CALLS=1000000 SWITCHYARD_SEED=$RANDOM npm run fuzz:policies
 */
const count = Number(process.env.SWITCHYARD_FUZZ_CALLS ?? 50_000)
const CONNECTIONS = 8
/** The number of hostile calls before each valid one. */
const GOOD_EVERY = 100

t.test(`${count} random calls are all denied (SWITCHYARD_SEED=${SEED})`, async (t) => {
  if (!requireTool(t, 'envoy')) return
  const edge = await startSecuredEdge(t, { security: { jwt: { enabled: true, anyOf: ['main'] } } })
  const forge = await openForge(edge.issuers, AUDIENCE, 'http://127.0.0.1:9')
  const calls = hostileCalls({
    good: await edge.token(),
    elsewhere: await forge.make({ claims: { aud: 'payments' } }),
    expired: await forge.make({ claims: { exp: -3_600 } }),
    stranger: await forge.make({ key: 'stranger' }),
  })
  const headers = { authorization: `Bearer ${await edge.token()}` }
  const statuses = new Map<number, number>()
  let left = count
  let good = 0

  const work = async (_: unknown, index: number) => {
    const connection = connectRaw(t, edge.address)
    // A batch at a time: 100,000 calls at once would be a lot of memory.
    for (let batch = index; left > 0; batch += CONNECTIONS) {
      const size = Math.min(GOOD_EVERY, left)
      left -= size
      for (const call of fc.sample(calls, { seed: SEED + batch, numRuns: size })) {
        const { status } = await connection.call(call)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (status === 0) t.fail(`allowed: ${JSON.stringify(call)}`)
      }
      if ((await edge.call({ headers })).status === 0) good += 1
      else t.fail('a valid call was denied')
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, work))

  t.comment(`${count} calls from seed ${SEED}, by status`, Object.fromEntries([...statuses].sort()))
  t.equal(edge.seen.length, good, 'only the valid calls reached the services')
  t.ok(good >= count / GOOD_EVERY, `${good} valid calls succeeded`)
  t.equal(await edge.envoy.admin.ready(), 'LIVE')
})
