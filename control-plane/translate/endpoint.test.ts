// Endpoints as assignments.

import t from 'tap'
import { resourceJson } from '../../test/support/resource-json.ts'
import { toClusterLoadAssignment } from './endpoint.ts'

t.test('endpoints are TCP or Unix, in the order of their names, each with its weight', async (t) => {
  const assignment = toClusterLoadAssignment('echo', {
    endpoints: {
      c: { address: 'unix:/run/c.sock' },
      b: { address: '[::1]:7102', weight: 2 },
      a: { address: '127.0.0.1:7101' },
    },
  })
  const socket = (address: string, portValue: number) => ({ socketAddress: { address, portValue } })
  t.same(resourceJson(assignment), {
    clusterName: 'echo',
    endpoints: [
      {
        lbEndpoints: [
          { endpoint: { address: socket('127.0.0.1', 7101) }, loadBalancingWeight: 1 },
          { endpoint: { address: socket('::1', 7102) }, loadBalancingWeight: 2 },
          { endpoint: { address: { pipe: { path: '/run/c.sock' } } }, loadBalancingWeight: 1 },
        ],
      },
    ],
  })
})

t.test('an upstream without endpoints gives an empty assignment, not none', async (t) => {
  t.same(resourceJson(toClusterLoadAssignment('echo', { endpoints: {} })), { clusterName: 'echo' })
})

t.test(
  'a draining endpoint is DRAINING, and an active one is like an endpoint without a state',
  async (t) => {
    const stated = (state?: 'active' | 'draining') =>
      resourceJson(
        toClusterLoadAssignment('echo', {
          endpoints: { a: { address: 'unix:/run/a.sock', ...(state && { state }) } },
        }),
      )
    t.match(stated('draining'), { endpoints: [{ lbEndpoints: [{ healthStatus: 'DRAINING' }] }] })
    t.same(stated('active'), stated())
  },
)
