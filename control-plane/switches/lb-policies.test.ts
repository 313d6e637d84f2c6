// The list of load-balancing policies: what each becomes in Envoy, and what every declaration has to bring.

import { create } from '@bufbuild/protobuf'
import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import t from 'tap'
import { Type } from 'typebox'
import { resourceJson } from '../../test/support/resource-json.ts'
import { toGrpcLbPolicy } from './grpc-lb.ts'
import { hashOnOf, LB_POLICIES, type LbSettings, toLoadBalancingPolicy, withDefaults } from './lb-policies.ts'
import type { LbPolicy } from './lb-policy.ts'

const CASES: readonly [settings: LbSettings, message: string, fields: object][] = [
  [{ policy: 'round_robin' }, 'round_robin.v3.RoundRobin', {}],
  [
    { policy: 'round_robin', slowStart: { enabled: true, aggression: 2 } },
    'round_robin.v3.RoundRobin',
    {
      slowStartConfig: {
        slowStartWindow: '30s',
        aggression: { defaultValue: 2, runtimeKey: 'switchyard.slow_start.aggression' },
        minWeightPercent: { value: 10 },
      },
    },
  ],
  [{ policy: 'round_robin', slowStart: { enabled: false, window: '1m' } }, 'round_robin.v3.RoundRobin', {}],
  [{ policy: 'random' }, 'random.v3.Random', {}],
  [{ policy: 'least_request' }, 'least_request.v3.LeastRequest', { choiceCount: 2 }],
  [{ policy: 'least_request', choices: 5 }, 'least_request.v3.LeastRequest', { choiceCount: 5 }],
  [
    { policy: 'least_request', activeRequestBias: 0 },
    'least_request.v3.LeastRequest',
    {
      choiceCount: 2,
      activeRequestBias: { runtimeKey: 'switchyard.least_request.active_request_bias' },
    },
  ],
  [{ policy: 'ring_hash' }, 'ring_hash.v3.RingHash', { minimumRingSize: '1024' }],
  [{ policy: 'ring_hash', minimumRingSize: 8 }, 'ring_hash.v3.RingHash', { minimumRingSize: '8' }],
  [
    { policy: 'client_side_weighted_round_robin' },
    'client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin',
    {
      blackoutPeriod: '10s',
      weightExpirationPeriod: '180s',
      weightUpdatePeriod: '1s',
      errorUtilizationPenalty: 1,
    },
  ],
  [
    {
      policy: 'client_side_weighted_round_robin',
      blackout: '0s',
      errorPenalty: 2.5,
      outOfBand: { enabled: true },
    },
    'client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin',
    {
      blackoutPeriod: '0s',
      weightExpirationPeriod: '180s',
      weightUpdatePeriod: '1s',
      errorUtilizationPenalty: 2.5,
      enableOobLoadReport: true,
      oobReportingPeriod: '10s',
    },
  ],
  [{ policy: 'maglev' }, 'maglev.v3.Maglev', { tableSize: '65537' }],
  [{ policy: 'maglev', tableSize: 251 }, 'maglev.v3.Maglev', { tableSize: '251' }],
]

for (const [settings, message, fields] of CASES) {
  t.test(`${JSON.stringify(settings)} becomes Envoy's ${message}`, async (t) => {
    t.same(resourceJson(toLoadBalancingPolicy(settings, { weighsLocalities: false, writesWeights: false })), {
      policies: [
        {
          typedExtensionConfig: {
            name: `envoy.load_balancing_policies.${settings.policy}`,
            typedConfig: {
              '@type': `type.googleapis.com/envoy.extensions.load_balancing_policies.${message}`,
              ...fields,
            },
          },
        },
      ],
    })
  })
}

const NO_WEIGHTS_IN_ENVOY = ['custom', 'pick_first'] as const
/** What gRPC clients get, as a whole cluster. */
const toGrpcPolicy = (settings: LbSettings) => create(ClusterSchema, toGrpcLbPolicy(settings))

const WEIGHED: Readonly<Record<Exclude<LbSettings['policy'], (typeof NO_WEIGHTS_IN_ENVOY)[number]>, object>> =
  {
    round_robin: { localityLbConfig: { localityWeightedLbConfig: {} } },
    random: { localityLbConfig: { localityWeightedLbConfig: {} } },
    least_request: { localityLbConfig: { localityWeightedLbConfig: {} } },
    ring_hash: { localityWeightedLbConfig: {} },
    maglev: { localityWeightedLbConfig: {} },
    client_side_weighted_round_robin: {
      '@type': /WrrLocality$/,
      endpointPickingPolicy: {
        policies: [
          {
            typedExtensionConfig: { name: 'envoy.load_balancing_policies.client_side_weighted_round_robin' },
          },
        ],
      },
    },
  }

for (const [policy, fields] of Object.entries(WEIGHED)) {
  t.test(`T5: ${policy} weighs localities where they have weights`, async (t) => {
    const settings = { policy } as LbSettings
    const { policies } = resourceJson(
      toLoadBalancingPolicy(settings, { weighsLocalities: true, writesWeights: false }),
    )
    t.match(policies, [{ typedExtensionConfig: { typedConfig: fields } }])
    const without = JSON.stringify(
      resourceJson(toLoadBalancingPolicy(settings, { weighsLocalities: false, writesWeights: false })),
    )
    t.notMatch(without, /locality/i, 'the twin')
  })
}

t.test('P13: a policy that only gRPC clients know is round robin in Envoy', async (t) => {
  const inEnvoy = (settings: LbSettings) =>
    resourceJson(toLoadBalancingPolicy(settings, { weighsLocalities: false, writesWeights: false }))
  t.same(inEnvoy({ policy: 'pick_first' }), inEnvoy({ policy: 'round_robin' }))
  t.same(inEnvoy({ policy: 'custom', name: 'a.B' }), inEnvoy({ policy: 'round_robin' }))
})

t.test('P13: gRPC clients get a blackout of 1 ms for 0, which grpc-go takes for 10 s', async (t) => {
  const blackoutOf = (blackout: string) =>
    JSON.stringify(resourceJson(toGrpcPolicy({ policy: 'client_side_weighted_round_robin', blackout })))
  t.match(blackoutOf('0s'), /"blackoutPeriod":"0.001s"/)
  t.match(blackoutOf('2s'), /"blackoutPeriod":"2s"/)
})

t.test('every policy of the list is in a table above', async (t) => {
  const covered = new Set<string>([...CASES.map(([{ policy }]) => policy), ...NO_WEIGHTS_IN_ENVOY])
  t.same([...covered].sort(), LB_POLICIES.map(({ name }) => name).sort())
})

t.test(
  'hash policies hash on x-user unless another header is written, and the others on nothing',
  async (t) => {
    t.same(hashOnOf({ policy: 'ring_hash' }), { header: 'x-user' })
    t.same(hashOnOf({ policy: 'maglev', hashOn: { header: 'x-tenant' } }), { header: 'x-tenant' })
    t.equal(hashOnOf({ policy: 'round_robin' }), undefined)
  },
)

t.test(
  'settings in effect show the defaults of options that are not written, and keep the others',
  async (t) => {
    t.same(withDefaults({ policy: 'ring_hash', minimumRingSize: 8 }), {
      policy: 'ring_hash',
      minimumRingSize: 8,
      hashOn: { header: 'x-user' },
      panicThreshold: 0,
      updateMergeWindow: '0s',
    })
    t.match(withDefaults({ policy: 'random', panicThreshold: 50 }), { panicThreshold: 50 })
  },
)

for (const { name, options } of LB_POLICIES as readonly LbPolicy[]) {
  t.test(`every option of ${name} says what it is and what holds where it is not written`, async (t) => {
    for (const option of Object.values(options)) {
      t.match(option, { description: String })
      t.ok('default' in option || !Type.IsOptional(option))
    }
  })
}
