// Endpoints as assignments.

import t from 'tap'
import { resourceJson } from '../../test/support/resource-json.ts'
import type { Upstream } from '../document/model.ts'
import { SWITCHES } from '../switches/switches.ts'
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

const locality = { region: 'eu', zone: 'eu-a' }
const spread = {
  endpoints: {
    a: { address: 'unix:/run/a.sock', locality, weight: 2 },
    b: { address: 'unix:/run/b.sock', priority: 1 },
    c: { address: 'unix:/run/c.sock', locality },
    d: { address: 'unix:/run/d.sock', locality, weight: 9, state: 'draining' },
    e: { address: 'unix:/run/e.sock', locality: { region: 'us' } },
  },
} as const

const groupsIn = (assignment: Parameters<typeof resourceJson>[0]) =>
  (resourceJson(assignment).endpoints as readonly { readonly lbEndpoints: readonly object[] }[]).map(
    ({ lbEndpoints, ...group }) => ({ ...group, endpoints: lbEndpoints.length }),
  )

t.test(
  'T5: endpoints are grouped by priority and locality; a group weighs what is active in it',
  async (t) => {
    t.same(groupsIn(toClusterLoadAssignment('echo', spread)), [
      { locality, loadBalancingWeight: 3, endpoints: 3 },
      { locality: { region: 'us' }, loadBalancingWeight: 1, endpoints: 1 },
      { loadBalancingWeight: 1, priority: 1, endpoints: 1 },
    ])
  },
)

t.test('T5: a locality has its written weight, and no weight where that is 0', async (t) => {
  const localities = { eu: { ...locality, weight: 7 }, us: { region: 'us', weight: 0 } }
  t.match(groupsIn(toClusterLoadAssignment('echo', { ...spread, localities })), [
    { locality, loadBalancingWeight: 7 },
    { locality: { region: 'us' }, loadBalancingWeight: undefined },
    { priority: 1, loadBalancingWeight: 1 },
  ])
})

t.test('P3: for gRPC clients each group has a locality and a weight', async (t) => {
  const plain = { endpoints: { a: { address: '127.0.0.1:7101', weight: 4 } } }
  t.same(groupsIn(toClusterLoadAssignment('echo', plain)), [{ endpoints: 1 }], 'Envoys need neither')
  t.same(groupsIn(toClusterLoadAssignment('echo', plain, SWITCHES, 'proxyless')), [
    { locality: {}, loadBalancingWeight: 4, endpoints: 1 },
  ])
})

t.test(
  'P4: for gRPC clients a locality of two priorities has a sub-zone of its own in the second',
  async (t) => {
    const at = (port: number, more: object) => ({ address: `127.0.0.1:${port}`, ...more })
    const localitiesOf = (endpoints: object, kind: 'envoy' | 'proxyless') =>
      groupsIn(toClusterLoadAssignment('echo', { endpoints } as Upstream, SWITCHES, kind)).map(
        (group) => (group as { readonly locality?: object }).locality,
      )
    const plain = { near: at(7101, {}), far: at(7102, { priority: 1 }) }
    t.same(localitiesOf(plain, 'proxyless'), [{}, { subZone: 'priority-1' }])
    t.same(localitiesOf(plain, 'envoy'), [undefined, undefined], 'Envoys need none')
    const eu = { region: 'eu', subZone: 'rack-7' }
    const same = { near: at(7101, { locality: eu }), far: at(7102, { locality: eu, priority: 1 }) }
    t.same(localitiesOf(same, 'proxyless'), [eu, { region: 'eu', subZone: 'rack-7/priority-1' }])
    const other = {
      near: at(7101, { locality: eu }),
      far: at(7102, { locality: { region: 'us' }, priority: 1 }),
    }
    t.same(localitiesOf(other, 'proxyless'), [eu, { region: 'us' }], 'other localities stay')
  },
)

t.test('T5: an assignment says how many endpoints are needed, unless it is as Envoy has it', async (t) => {
  const policyWith = (failover?: object) =>
    resourceJson(toClusterLoadAssignment('echo', { endpoints: {}, ...(failover && { failover }) })).policy
  t.same(policyWith({ overprovisioning: 200 }), { overprovisioningFactor: 200 })
  t.equal(policyWith({ overprovisioning: 140 }), undefined)
  t.equal(policyWith(), undefined)
})
