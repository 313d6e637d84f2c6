// Random calls through JWT, OPA and RBAC, each with an expected outcome: no call passes that must be denied, and nothing crashes.

import t from 'tap'
import { ProcessGroup } from '../../processes/process-group.ts'
import { startAuthorizer } from '../../testbed/authorizer.ts'
import { authorizerAt, PATIENT } from '../support/authorizer.ts'
import { fc, SEED } from '../support/fast-check.ts'
import { openForge, type TokenRecipe } from '../support/forged-token.ts'
import { type CallerToken, randomCalls } from '../support/random-calls.ts'
import { connectRaw } from '../support/raw-call.ts'
import { requireTool } from '../support/requirements.ts'
import { AUDIENCE, startSecuredEdge } from '../support/secured-edge.ts'
import { testFolder } from '../support/test-folder.ts'

/**
 * The same seed makes the same calls, except for signatures: keys are new in each run. 50,000 calls have each odd piece of a path
 * at each place of each method about 7 times, and with each token about 20 times. For a longer search:
 * SWITCHYARD_FUZZ_CALLS=1000000 SWITCHYARD_SEED=$RANDOM npm run fuzz:policies
 */
const count = Number(process.env.SWITCHYARD_FUZZ_CALLS ?? 50_000)
const CONNECTIONS = 16
const BATCH = 50

const SECURITY = {
  jwt: { enabled: true, anyOf: ['main', 'partner'] },
  // A busy machine must not look like an authorizer that is down.
  opa: { enabled: true, upstream: 'authorizer', timeout: '30s' },
  rbac: {
    enabled: true,
    rules: {
      users: {
        methods: ['switchyard.echo.v1.EchoService/Unary'],
        token: { from: 'main', claims: { roles: 'user' } },
      },
      admins: { token: { from: 'main', claims: { roles: 'admin' } } },
    },
  },
}

/** A role in a token of `partner` does not count: only `main` may grant roles. */
const BAD: readonly TokenRecipe[] = [
  { of: 'partner', claims: { roles: ['admin'], scope: 'kv:write' } },
  { key: 'stranger', claims: { roles: ['admin'], scope: 'kv:write' } },
  { claims: { roles: ['admin'], exp: -120 } },
  { claims: { roles: ['admin'], aud: 'payments' } },
  { claims: { roles: ['admin'], iss: 'https://elsewhere.test' } },
  { claims: { roles: ['admin'] }, tamper: 'unsign' },
  { claims: { roles: ['admin'] }, header: { alg: 'none' } },
  { claims: { roles: ['admin'] }, hmac: 'public-key', header: { alg: 'HS256' } },
]
const GOOD = [
  { roles: ['user'] },
  { roles: ['admin'] },
  { roles: ['user', 'admin'], scope: 'kv:read kv:write' },
  { roles: ['nobody'], scope: 'kv:write' },
] as const

/** Statuses of services, and of Envoy for a path without a route. Every other status denies the call. */
const ALLOWED_STATUSES = [0, 3, 5, 12]
const UNAVAILABLE = 14

t.test(`${count} random calls through the chain (SWITCHYARD_SEED=${SEED})`, async (t) => {
  if (!requireTool(t, 'envoy')) return
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const { address: authorizer } = await startAuthorizer(group, testFolder(t), '127.0.0.1:0', PATIENT)
  const edge = await startSecuredEdge(t, { security: SECURITY, upstreams: authorizerAt(authorizer) })
  const forge = await openForge(edge.issuers, AUDIENCE, 'http://127.0.0.1:9')
  const lasting = { exp: 3_000 }
  const tokens: readonly CallerToken[] = await Promise.all([
    ...GOOD.map(async (claims) => ({
      ...claims,
      text: await forge.make({ claims: { ...claims, ...lasting } }),
    })),
    ...BAD.map(async (recipe) => ({ text: await forge.make(recipe) })),
  ])
  const calls = randomCalls(tokens)
  const outcomes = new Map<string, number>()
  let left = count

  const work = async (_: unknown, index: number) => {
    const connection = connectRaw(t, edge.address)
    for (let batch = index; left > 0; batch += CONNECTIONS) {
      const size = Math.min(BATCH, left)
      left -= size
      for (const { call, expected } of fc.sample(calls, { seed: SEED + batch, numRuns: size })) {
        const { status } = await connection.call(call)
        const outcome = `${expected} ${status}`
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
        const isAllowed = ALLOWED_STATUSES.includes(status)
        if (isAllowed && expected === 'deny') t.fail(`allowed with ${status}: ${JSON.stringify(call)}`)
        if (!isAllowed && expected === 'pass') t.fail(`denied with ${status}: ${JSON.stringify(call)}`)
        if (status === UNAVAILABLE) t.fail(`a part was down: ${JSON.stringify(call)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, work))

  t.comment(
    `${count} calls from seed ${SEED}: expectation and status`,
    Object.fromEntries([...outcomes].sort()),
  )
  for (const outcome of ['deny 16', 'deny 7', 'pass 0']) {
    t.ok((outcomes.get(outcome) ?? 0) > count / 50, `many calls have the outcome ${outcome}`)
  }
  t.equal(await edge.envoy.admin.ready(), 'LIVE')
  const authorization = `Bearer ${await edge.token({ roles: ['user'] })}`
  t.equal(
    (await edge.call({ headers: { authorization } })).status,
    0,
    'the authorizer and the services are up',
  )
})
