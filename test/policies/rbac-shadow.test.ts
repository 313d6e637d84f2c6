// The shadow mode of RBAC: no call is denied, and Envoy counts the calls that would have been.

import t from 'tap'
import { requireTool } from '../support/requirements.ts'
import { startSecuredEdge } from '../support/secured-edge.ts'

const RULES = { blue: { headers: { 'x-tenant': 'blue' } } }

t.test(
  'in shadow mode the rules count the calls that they would deny, and deny them once they are in force',
  async (t) => {
    if (!requireTool(t, 'envoy')) return
    const edge = await startSecuredEdge(t, {
      security: { rbac: { enabled: true, shadow: true, rules: RULES } },
    })
    const counters = async () => {
      const stats = await edge.envoy.admin.stats('^http\\.main\\.rbac\\.')
      return Object.fromEntries([...stats].map(([name, value]) => [name.split('.').at(-1), value]))
    }
    const before = await counters()
    const blue = { headers: { 'x-tenant': 'blue' } }
    const statuses = [await edge.call(), await edge.call(blue), await edge.call()].map(({ status }) => status)
    t.same(statuses, [0, 0, 0])
    const after = await counters()
    t.equal(Number(after.shadow_denied) - Number(before.shadow_denied ?? 0), 2)
    t.equal(Number(after.shadow_allowed) - Number(before.shadow_allowed ?? 0), 1)
    t.equal(after.denied, 0)

    await edge.serve({ security: { rbac: { enabled: true, rules: RULES } } })
    t.equal((await edge.call()).status, 7)
    t.equal((await edge.call(blue)).status, 0)
    t.equal((await counters()).denied, 1)
  },
)
