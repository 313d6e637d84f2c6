// When a client that subscribes by name has asked for, and ACKed, all that its resources need.

import t from 'tap'
import { pendingOf, streamOf, typeFor, typeStateOf } from '../../test/support/stream-states.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { isAnswered } from './by-name.ts'
import type { StreamState } from './stream.ts'

const SERVED = 'LDS l=1:rds | RDS l=b | CDS a=1 b=1 | EDS a=1 b=1'
const LISTENER = typeStateOf('LDS', { names: ['l'] })
const ROUTES = typeStateOf('RDS', { names: ['l'] })
const CLUSTERS = typeStateOf('CDS', { names: ['a', 'b'] })
const ENDPOINTS = typeStateOf('EDS', { names: ['a', 'b'] })

function answered(typeStates: readonly TypeState[], fields: Partial<StreamState> = {}) {
  return isAnswered({ ...streamOf(SERVED, ...typeStates), ...fields }, typeFor('CDS'))
}

const GRPC = { client: 'grpc' } as const

const CASES: readonly [title: string, expected: boolean, typeStates: TypeState[], fields?: object][] = [
  ['it has asked for all', true, [LISTENER, ROUTES, CLUSTERS, ENDPOINTS], GRPC],
  ['a wildcard client learns of all clusters at once', true, [LISTENER, ROUTES, typeStateOf('CDS')]],
  [
    'Envoy has a wildcard of listeners only',
    true,
    [typeStateOf('LDS'), ROUTES, typeStateOf('CDS', { names: ['a'] })],
  ],
  ['without a snapshot nothing is missing', true, [LISTENER, ROUTES, CLUSTERS], { snapshot: undefined }],
  ['it has not asked for a cluster', false, [LISTENER, ROUTES, typeStateOf('CDS', { names: ['a'] })]],
  [
    'a request is not answered',
    false,
    [LISTENER, ROUTES, typeStateOf('CDS', { names: ['a', 'b'], requested: ['b'] })],
  ],
  [
    'a response with the cluster is not ACKed',
    false,
    [LISTENER, ROUTES, typeStateOf('CDS', { names: ['a', 'b'], pending: [pendingOf('CDS', 'a=1 b=1')] })],
  ],
  [
    'a response without the cluster is not ACKed',
    true,
    [LISTENER, ROUTES, typeStateOf('CDS', { names: ['a', 'b'], pending: [pendingOf('CDS', 'z=1')] })],
  ],
  ['it has not asked for endpoints, as it has them elsewhere', true, [LISTENER, ROUTES, CLUSTERS]],
  ['gRPC has not asked for endpoints yet', false, [LISTENER, ROUTES, CLUSTERS], GRPC],
  [
    'gRPC has a subscription of endpoints without names',
    false,
    [LISTENER, ROUTES, CLUSTERS, withoutNames('EDS')],
    GRPC,
  ],
  ['another client has', true, [LISTENER, ROUTES, CLUSTERS, withoutNames('EDS')]],
  ['gRPC has not asked for routes yet', false, [LISTENER, CLUSTERS, ENDPOINTS], GRPC],
  ['gRPC asks for clusters before listeners after a reconnect', false, [CLUSTERS, ENDPOINTS], GRPC],
  ['another client may have no listeners', true, [CLUSTERS, ENDPOINTS]],
  ['nor does gRPC have them on a service of one type', true, [CLUSTERS], { ...GRPC, isAggregated: false }],
]

function withoutNames(type: string): TypeState {
  const typeState = typeStateOf(type)
  return { ...typeState, subscription: { ...typeState.subscription, wildcard: false } }
}

for (const [title, expected, typeStates, fields] of CASES) {
  t.test(`X43: ${title}: names may ${expected ? '' : 'not '}go`, async (t) => {
    t.equal(answered(typeStates, fields), expected)
  })
}

t.test('X43: a type that the client does not ask for has nothing to wait for', async (t) => {
  const stream = streamOf(SERVED, LISTENER, ROUTES, typeStateOf('CDS', { names: ['a'] }))
  t.equal(isAnswered(stream, typeFor('SDS')), true)
})

t.test('X43, X70: nobody waits for a runtime layer, as no resource refers to one', async (t) => {
  const lacking = [
    LISTENER,
    ROUTES,
    typeStateOf('CDS', { names: ['a'] }),
    typeStateOf('RTDS', { names: ['r'] }),
  ]
  t.equal(isAnswered(streamOf(SERVED, ...lacking), typeFor('CDS')), false)
  t.equal(isAnswered(streamOf(SERVED, ...lacking), typeFor('RTDS')), true)
})

t.test('X45: gRPC does not ask for a cluster that only Envoy reads from a listener', async (t) => {
  const typeStates = [LISTENER, typeStateOf('CDS', { names: ['a'] }), ENDPOINTS]
  const stream = streamOf('LDS l=1:b | CDS a=1 b=1', ...typeStates)
  t.equal(isAnswered({ ...stream, ...GRPC }, typeFor('CDS')), true)
  t.equal(isAnswered(stream, typeFor('CDS')), false)
})

t.test('X43: what does not exist is not waited for', async (t) => {
  const typeStates = [ROUTES, typeStateOf('CDS', { names: ['a'] })]
  t.equal(isAnswered(streamOf('RDS l=z | CDS a=1', ...typeStates), typeFor('CDS')), true)
  t.equal(isAnswered(streamOf('RDS l=b | CDS a=1 b=1', ...typeStates), typeFor('CDS')), false)
})
