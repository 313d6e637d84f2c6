// Checks turned on and off while calls go on: who has a right to call notices nothing.

import t from 'tap'
import { connectRaw } from '../support/raw-call.ts'
import { requireTool } from '../support/requirements.ts'
import { startSecuredEdge, UNARY } from '../support/secured-edge.ts'

const JWT = { enabled: true, anyOf: ['main'] }
const CALLS_A_STEP = 500
const RULES = { users: { token: { from: 'main' } } }

t.test('switches are turned under load without a failed call of who may call', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const edge = await startSecuredEdge(t)
  const headers = { authorization: `Bearer ${await edge.token()}` }
  const statuses: number[] = []
  let isGoing = true
  const work = Array.from({ length: 4 }, async () => {
    const connection = connectRaw(t, edge.address)
    while (isGoing) statuses.push((await connection.call({ path: UNARY, headers })).status)
  })
  const steps = [
    { security: { jwt: JWT } },
    { security: { jwt: JWT, rbac: { enabled: true, rules: RULES } } },
    { security: { jwt: { ...JWT, enabled: false } } },
    { security: { jwt: JWT, rbac: { enabled: true, shadow: true, rules: {} } } },
    {},
  ]
  for (const step of steps) {
    const before = statuses.length
    await edge.serve(step)
    const isProtected = 'security' in step && step.security.jwt.enabled
    t.equal((await edge.call()).status, isProtected ? 16 : 0, 'the switch is in force')
    // Old connections drain meanwhile.
    while (statuses.length < before + CALLS_A_STEP) await edge.call({ headers })
  }
  isGoing = false
  await Promise.all(work)
  t.same(new Set(statuses), new Set([0]), `${statuses.length} calls`)
})
