// The state of a type and of a node: the worst state of its streams, and of the names that it should have requested.

import t from 'tap'
import { view } from '../../test/support/hand-stream.ts'
import {
  assignment,
  cluster,
  httpListener,
  routes,
  staticCluster,
  tcpListener,
} from '../../test/support/resources.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import { CLUSTER, ENDPOINT, LISTENER, ROUTE } from '../snapshot/resource-type.ts'
import {
  type ClientContext,
  describeTypes,
  mergeClients,
  type SyncState,
  stateOf,
  type TypeView,
} from './status.ts'

const FULL = new SnapshotCache().setSnapshot('fleet', [
  cluster('a'),
  cluster('b'),
  assignment('a', 1),
  httpListener('main', 1, 'r'),
  httpListener('other', 2, 'r2'),
  routes('r', 'a'),
  routes('r2', 'b'),
])

type Views = Readonly<Record<string, TypeView>>

function states(
  views: readonly Views[],
  snapshot = FULL,
  context: ClientContext = {},
): Record<string, SyncState> {
  const types = describeTypes(
    views.map((one) => new Map(Object.entries(one))),
    snapshot,
    context,
  )
  return Object.fromEntries(Object.entries(types).map(([typeUrl, { state }]) => [typeUrl, state]))
}

const SYNCED_ENVOY: Views = {
  [CLUSTER]: view('SYNCED'),
  [ENDPOINT]: view('SYNCED', ['a', 'b']),
  [LISTENER]: view('SYNCED'),
  [ROUTE]: view('SYNCED', ['r', 'r2']),
}

const CASES: readonly [what: string, views: Views, unlike: Readonly<Record<string, SyncState>>][] = [
  ['an Envoy that has it all is SYNCED', {}, {}],
  ['what a type says of itself stands', { [ROUTE]: view('STALE', ['r', 'r2']) }, { [ROUTE]: 'STALE' }],
  ['a NACKed type is NACKED', { [CLUSTER]: view('NACKED') }, { [CLUSTER]: 'NACKED' }],
  [
    'an assignment that is not asked for yet is NOT_SENT',
    { [ENDPOINT]: view('SYNCED', ['a']) },
    { [ENDPOINT]: 'NOT_SENT' },
  ],
  [
    'routes are NOT_SENT while one of them is not subscribed',
    { [ROUTE]: view('SYNCED', ['r2']) },
    { [ROUTE]: 'NOT_SENT' },
  ],
  ['what is asked for by wildcard is asked for', { [ROUTE]: view('SYNCED') }, {}],
  ['a missing subscription does not hide a NACK', { [ROUTE]: view('NACKED', ['r']) }, { [ROUTE]: 'NACKED' }],
  [
    'a name that is not requested is worse than a request without an answer',
    { [ROUTE]: view('STALE', ['r']) },
    { [ROUTE]: 'NOT_SENT' },
  ],
  [
    'a listener by name refers to its own routes only',
    { [LISTENER]: view('SYNCED', ['main', 'no such']), [ROUTE]: view('SYNCED', ['r']) },
    {},
  ],
]

for (const [what, views, unlike] of CASES) {
  t.test(what, async (t) => {
    const synced = Object.fromEntries(Object.keys(SYNCED_ENVOY).map((typeUrl) => [typeUrl, 'SYNCED']))
    t.same(states([{ ...SYNCED_ENVOY, ...views }]), { ...synced, ...unlike })
  })
}

t.test('a type that is referred to and not subscribed is NOT_SENT', async (t) => {
  const { [CLUSTER]: clusters, [LISTENER]: listeners } = SYNCED_ENVOY
  t.same(states([{ [CLUSTER]: clusters ?? view('STALE'), [LISTENER]: listeners ?? view('STALE') }]), {
    [CLUSTER]: 'SYNCED',
    [ENDPOINT]: 'NOT_SENT',
    [LISTENER]: 'SYNCED',
    [ROUTE]: 'NOT_SENT',
  })
})

t.test('resources that are subscribed by name refer to types that the node needs too', async (t) => {
  t.same(describeTypes([new Map([[LISTENER, view('SYNCED', ['main'])]])], FULL), {
    [LISTENER]: { state: 'SYNCED', wildcard: false, names: 1, subscribed: ['main'] },
    [ROUTE]: { state: 'NOT_SENT', wildcard: false, names: 0 },
  })
})

t.test(
  'X45: an Envoy with clusters is NOT_SENT while it starts and may ask for listeners, and only then',
  async (t) => {
    const simple = new SnapshotCache().setSnapshot('fleet', [tcpListener('l', 1, 'a')])
    const clustersOnly = [{ [CLUSTER]: view('SYNCED') }]
    t.same(states(clustersOnly, simple, { isStarting: true }), {
      [CLUSTER]: 'SYNCED',
      [LISTENER]: 'NOT_SENT',
    })
    t.same(states(clustersOnly, simple), { [CLUSTER]: 'SYNCED' })
    const noListeners = new SnapshotCache().setSnapshot('fleet', [staticCluster('a')])
    t.same(states(clustersOnly, noListeners, { isStarting: true }), { [CLUSTER]: 'SYNCED' })
  },
)

t.test('X45: an Envoy with listeners and without clusters is SYNCED in a group with clusters', async (t) => {
  const simple = new SnapshotCache().setSnapshot('fleet', [staticCluster('a'), tcpListener('l', 1, 'a')])
  const listenersOnly = [{ [LISTENER]: view('SYNCED') }]
  t.same(states(listenersOnly, simple, { isStarting: true }), { [LISTENER]: 'SYNCED' })
})

t.test('X45: a cluster that the bootstrap has needs no endpoints, and another one does', async (t) => {
  const snapshot = new SnapshotCache().setSnapshot('fleet', [cluster('own'), cluster('a')])
  const external = { [CLUSTER]: ['own'] }
  const asked = (...names: string[]) => [{ [CLUSTER]: view('SYNCED'), [ENDPOINT]: view('SYNCED', names) }]
  t.same(states(asked('a'), snapshot, { external }), { [CLUSTER]: 'SYNCED', [ENDPOINT]: 'SYNCED' })
  t.same(states(asked('own'), snapshot, { external }), { [CLUSTER]: 'SYNCED', [ENDPOINT]: 'NOT_SENT' })
  t.same(states(asked('a'), snapshot), { [CLUSTER]: 'SYNCED', [ENDPOINT]: 'NOT_SENT' })
})

t.test('a gRPC client subscribes by name, and needs no wildcard', async (t) => {
  const views = {
    [LISTENER]: view('SYNCED', ['main']),
    [ROUTE]: view('SYNCED', ['r']),
    [CLUSTER]: view('SYNCED', ['a']),
    [ENDPOINT]: view('SYNCED', ['a']),
  }
  t.same(new Set(Object.values(states([views]))), new Set(['SYNCED']))
  t.same(states([{ [ENDPOINT]: view('SYNCED', ['a']) }]), { [ENDPOINT]: 'SYNCED' })
})

t.test('the streams of a node are merged: all names, and the worst state', async (t) => {
  const nack = { version: 'v', nonce: '1', code: 13, message: 'no', names: ['r2'] }
  const types = describeTypes(
    [
      new Map([
        [ROUTE, view('SYNCED', ['r', 'x'], { ackedVersion: 'one' })],
        [CLUSTER, view('SYNCED', [])],
      ]),
      new Map([
        [ROUTE, view('NACKED', ['r2', 'r'], { nack })],
        [CLUSTER, view('SYNCED')],
      ]),
      new Map([[ROUTE, view('STALE', [])]]),
    ],
    undefined,
  )
  t.same(types, {
    [ROUTE]: { state: 'NACKED', wildcard: false, names: 3, subscribed: ['r', 'x', 'r2'], nack },
    [CLUSTER]: { state: 'SYNCED', wildcard: true, names: 0 },
  })
})

t.test('without a snapshot the status of a node is that of its streams', async (t) => {
  const types = describeTypes([new Map([[CLUSTER, view('NOT_SENT')]])], undefined)
  t.same(types, { [CLUSTER]: { state: 'NOT_SENT', wildcard: true, names: 0 } })
})

t.test('the state of a node is the worst state of its types', async (t) => {
  const order: readonly SyncState[] = ['SYNCED', 'STALE', 'NOT_SENT', 'NACKED']
  for (const [worst, state] of order.entries()) {
    const types = order
      .slice(0, worst + 1)
      .map((one): [string, { state: SyncState; wildcard: boolean; names: number }] => [
        one,
        { state: one, wildcard: false, names: 0 },
      ])
    t.equal(stateOf(Object.fromEntries(types)), state)
    t.equal(stateOf(Object.fromEntries(types.toReversed())), state)
  }
  t.equal(stateOf({}), 'NOT_SENT', 'a node that asked for nothing has nothing')
})

t.test('what a name lacks on any stream of a client, the client lacks', async (t) => {
  const missing = (...names: string[]) => new Map([[CLUSTER, view('MISSING', names, { missing: names })]])
  const empty = new SnapshotCache().setSnapshot('fleet', [])
  t.same(describeTypes([missing('a', 'b'), missing('b', 'c')], empty)[CLUSTER]?.missing, {
    count: 3,
    names: ['a', 'b', 'c'],
  })
  const synced = new Map([[CLUSTER, view('SYNCED', ['d'])]])
  t.same(describeTypes([synced, missing('a')], empty)[CLUSTER]?.missing, { count: 1, names: ['a'] })
  t.equal(describeTypes([synced, synced], empty)[CLUSTER]?.missing, undefined)
})

t.test('of several clients, the worst of each type counts, whichever comes first', async (t) => {
  const type = (state: SyncState, names: number) => ({ [CLUSTER]: { state, wildcard: false, names } })
  for (const clients of [
    [type('NACKED', 1), type('SYNCED', 2)],
    [type('SYNCED', 2), type('NACKED', 1)],
  ]) {
    t.match(mergeClients(clients), { [CLUSTER]: { state: 'NACKED', names: 1 } })
  }
  t.match(mergeClients([type('UNKNOWN', 1), type('MISSING', 2)]), { [CLUSTER]: { state: 'UNKNOWN' } })
})

t.test('X63: the status has the first 20 names that a node asks for', async (t) => {
  const names = Array.from({ length: 150 }, (_, index) => `${index}`)
  const long = 'x'.repeat(300)
  const types = describeTypes([new Map([[CLUSTER, view('SYNCED', [long, ...names])]])], undefined)
  t.match(types, { [CLUSTER]: { names: 151, subscribed: [`${'x'.repeat(256)}…`, '0', '1'] } })
  t.equal(types[CLUSTER]?.subscribed?.length, 20)
})
