// What is found of each resource, and of a resource that differs in one thing only.

import t from 'tap'
import type { NodeStatus } from '../../api/schemas/node.ts'
import type { Snapshot } from '../../api/schemas/snapshot.ts'
import { compareNode, isInEffect } from './compare.ts'
import type { HeldConfig, HeldResource } from './held-resource.ts'

const CLUSTER = 'type.googleapis.com/envoy.config.cluster.v3.Cluster'
const ENDPOINT = 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment'

const SERVED: Snapshot = {
  [CLUSTER]: {
    version: 'v',
    resources: { a: { name: 'a', type: 'EDS' }, b: { name: 'b', http: { max: [1, 2] } } },
  },
}

function held(resource: Partial<HeldResource>): HeldResource {
  return {
    typeUrl: CLUSTER,
    name: 'a',
    state: 'active',
    version: 'v',
    content: { name: 'a', type: 'EDS' },
    ...resource,
  }
}

const B = held({ name: 'b', content: { name: 'b', http: { max: [1, 2] } } })

function nodeWith(takesAll: boolean, ...resources: HeldResource[]): HeldConfig {
  return { node: 'n', fleet: 'f', source: 's', takesAll, resources }
}

/** The findings as `name finding`. */
function findings(config: HeldConfig, status?: NodeStatus, served = SERVED): readonly string[] {
  return compareNode(config, served, status).resources.map(({ name, finding }) => `${name} ${finding}`)
}

t.test('X41: a node that has what it is served is in effect', async (t) => {
  const node = compareNode(nodeWith(true, held({}), B), SERVED, undefined)
  t.ok(isInEffect(node))
  t.strictSame(node.resources, [
    { typeUrl: CLUSTER, name: 'a', finding: 'same', version: 'v' },
    { typeUrl: CLUSTER, name: 'b', finding: 'same', version: 'v' },
  ])
})

t.test('X41: fields that differ are named, with both values', async (t) => {
  const other = held({ name: 'b', content: { name: 'b', http: { max: [1, 3, 4] }, more: true } })
  const node = compareNode(nodeWith(true, held({}), other), SERVED, undefined)
  t.notOk(isInEffect(node))
  t.strictSame(node.resources[1], {
    typeUrl: CLUSTER,
    name: 'b',
    version: 'v',
    finding: 'differs',
    differences: [
      { path: 'http.max[1]', served: 2, has: 3 },
      { path: 'http.max[2]', has: 4 },
      { path: 'more', has: true },
    ],
  })
})

t.test('X41: an Envoy needs all of its fleet, and a gRPC client what it asks for', async (t) => {
  t.strictSame(findings(nodeWith(true, held({}))), ['a same', 'b missing'])
  t.strictSame(findings(nodeWith(false, held({}))), ['a same'])
})

/** What the node says of the one resource, and what is found. */
const CASES: readonly (readonly [string, Partial<HeldResource>, string])[] = [
  ['it waits for what is served', { state: 'requested' }, 'a missing'],
  ['it takes what is served for deleted', { state: 'absent' }, 'a missing'],
  ['it has not applied it yet', { state: 'warming' }, 'a warming'],
  ['it rejected it', { nack: { message: 'no' } }, 'a nacked'],
  ['it has what is not served', { name: 'c' }, 'c extra'],
  ['it asks for what is not served', { name: 'c', state: 'requested' }, 'c unserved'],
  ['it takes it for deleted, and nobody serves it', { name: 'c', state: 'absent' }, 'c unserved'],
  ['it does not show the content', { content: 'hidden' }, 'a unreadable'],
]

t.test('X41: each state of a resource has its finding', async (t) => {
  for (const [what, changed, finding] of CASES) {
    const { content, ...rest } = { ...held({}), ...changed }
    // Stands for none.
    const one = { ...rest, ...(content !== 'hidden' && { content }) } as HeldResource
    t.strictSame(findings(nodeWith(false, one)), [finding], what)
    t.notOk(isInEffect(compareNode(nodeWith(false, one), SERVED, undefined)), what)
  }
})

t.test(
  'X41: a cluster that the control plane knows to be NACKed is said to be, although Envoy does not',
  async (t) => {
    const nack = { version: 'v', nonce: '1', code: 13, message: 'bad cluster', names: ['b'] }
    const status = (state: string) =>
      ({ types: { [CLUSTER]: { state, wildcard: true, names: 0, nack } } }) as unknown as NodeStatus
    t.strictSame(findings(nodeWith(true, held({})), status('NACKED')), ['a same', 'b nacked'])
    t.strictSame(findings(nodeWith(true, held({})), status('SYNCED')), ['a same', 'b missing'])
  },
)

const SERVED_ENDPOINTS = {
  clusterName: 'a',
  endpoints: [
    {
      locality: { zone: 'z' },
      loadBalancingWeight: 2,
      lbEndpoints: [{ endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue: 1 } } } }],
    },
  ],
}

/** As Envoy dumps it, with a port and a weight. */
const dumped = (portValue: number, weight = 1) => ({
  clusterName: 'a',
  endpoints: [
    {
      locality: { zone: 'z' },
      loadBalancingWeight: 2,
      lbEndpoints: [
        {
          endpoint: {
            address: { socketAddress: { address: '127.0.0.1', portValue } },
            healthCheckConfig: {},
          },
          healthStatus: 'UNHEALTHY',
          loadBalancingWeight: weight,
        },
      ],
    },
  ],
  policy: { overprovisioningFactor: 140 },
})

t.test('X41: endpoints of an Envoy are compared by address, weight and locality', async (t) => {
  const served: Snapshot = { [ENDPOINT]: { version: 'v', resources: { a: SERVED_ENDPOINTS } } }
  const has = (content: object) => held({ typeUrl: ENDPOINT, content: content as never })
  t.strictSame(findings(nodeWith(true, has(dumped(1))), undefined, served), ['a same'])
  t.strictSame(findings(nodeWith(true, has(dumped(2))), undefined, served), ['a differs'])
  t.strictSame(findings(nodeWith(true, has(dumped(1, 5))), undefined, served), ['a differs'])
  t.strictSame(
    findings(nodeWith(false, has(dumped(1))), undefined, served),
    ['a differs'],
    'gRPC keeps the bytes',
  )
})
