// One stream's view of the cache: what its node is served, and what the cache makes of its reports.

import { join } from 'node:path'
import { fromBinary } from '@bufbuild/protobuf'
import { ListenerSchema } from '@envoy/xds-protos/envoy/config/listener/v3/listener_pb.js'
import t from 'tap'
import { HandStream, response, STREAM } from '../../test/support/hand-stream.ts'
import { MachineStream } from '../../test/support/machine-stream.ts'
import { cluster, tcpListener } from '../../test/support/resources.ts'
import { testFolder } from '../../test/support/test-folder.ts'
import type { XdsEvent } from '../nodes/events.ts'
import { openNackLog } from '../nodes/nack-log.ts'
import { CLUSTER, LISTENER } from '../snapshot/resource-type.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { SnapshotCache, servingOf } from './snapshot-cache.ts'
import type { WatchReport } from './watch.ts'

function addressIn(snapshot: Snapshot | undefined): string | undefined {
  const listener = snapshot && typeIn(snapshot, LISTENER).resources.get('l')
  const { address } = fromBinary(ListenerSchema, listener?.value ?? Buffer.of())
  return address?.address.case === 'socketAddress' ? address.address.value.address : undefined
}

function eventsOf(cache: SnapshotCache): XdsEvent[] {
  const events: XdsEvent[] = []
  cache.onEvent((event) => events.push(event))
  return events
}

t.test('X25: there is no snapshot before the first one, and an empty snapshot is a snapshot', async (t) => {
  const cache = new SnapshotCache()
  const stream = new HandStream(cache)
  t.equal(stream.watch.snapshot(), undefined)
  cache.setSnapshot('fleet', [])
  t.same(stream.snapshots.length, 1)
  t.same(stream.watch.snapshot(), {
    group: 'fleet',
    sequence: 1,
    given: new Map(),
    types: new Map(),
    retired: new Map(),
  })
})

t.test('a stream follows the snapshot of its group, until it is closed', async (t) => {
  const cache = new SnapshotCache()
  const stream = new HandStream(cache, { id: 'n1', cluster: 'edge' })
  const other = new HandStream(cache, { id: 'n2', cluster: 'other' })
  const first = cache.setSnapshot('edge', [cluster('a')])
  const second = cache.updateSnapshot('edge', { upsert: [cluster('b')] })
  cache.clearSnapshot('edge')
  t.same(stream.snapshots, [first, second, undefined])
  t.equal(stream.watch.group, 'edge')
  stream.close()
  const third = cache.setSnapshot('edge', [cluster('a')])
  t.equal(stream.snapshots.length, 3)
  t.equal(stream.watch.snapshot(), third, 'it can still be asked')
  t.same(other.snapshots, [])
})

t.test('X36: a closed stream leaves no watch, and closing it again does nothing', async (t) => {
  const cache = new SnapshotCache()
  const events = eventsOf(cache)
  const [first, second] = [new HandStream(cache), new HandStream(cache)]
  const third = new HandStream(cache, { id: 'n3', cluster: 'other' })
  t.equal(servingOf(cache).watchCount, 3)
  first.close()
  first.close()
  t.equal(servingOf(cache).watchCount, 2)
  cache.setSnapshot('fleet', [cluster('a')])
  t.equal(second.snapshots.length, 1, 'the other one still follows')
  third.close()
  t.same(servingOf(cache).watchedGroups, ['fleet'])
  second.close()
  t.equal(servingOf(cache).watchCount, 0)
  t.same(servingOf(cache).watchedGroups, [], 'a group that a client made up is forgotten')
  t.equal(events.filter(({ kind }) => kind === 'closed').length, 3)
  const again = new HandStream(cache)
  t.equal(servingOf(cache).watchCount, 1)
  cache.setSnapshot('fleet', [cluster('b')])
  t.equal(again.snapshots.length, 1)
})

t.test(
  'a stream that opens while the only other stream of its group closes still gets updates',
  async (t) => {
    const cache = new SnapshotCache()
    const old = new HandStream(cache)
    cache.onEvent(({ kind }) => {
      if (kind === 'opened') old.close()
    })
    const stream = new HandStream(cache)
    cache.setSnapshot('fleet', [])
    t.equal(stream.snapshots.length, 1)
    t.equal(servingOf(cache).watchCount, 1)
  },
)

t.test('each node is served listeners at its own address', async (t) => {
  const cache = new SnapshotCache()
  const metadata = { switchyard: { listener_address: '127.0.1.2' } }
  const stream = new HandStream(cache, { id: 'n1', cluster: 'fleet', metadata })
  const plain = new HandStream(cache, { id: 'n2', cluster: 'fleet' })
  const served = cache.setSnapshot('fleet', [tcpListener('l', 1, 'a', '')])
  t.equal(addressIn(stream.watch.snapshot()), '127.0.1.2')
  t.equal(addressIn(stream.snapshots[0]), '127.0.1.2', 'also in what it was handed')
  t.equal(addressIn(plain.watch.snapshot()), '127.0.0.1')
  t.equal(addressIn(served), '', 'the snapshot itself stays as it was given')
})

t.test('nodeGroup and listenerAddress replace the defaults', async (t) => {
  const cache = new SnapshotCache({
    nodeGroup: ({ id }) => id.slice(0, 1),
    listenerAddress: ({ id }) => `127.0.0.${id.slice(1)}`,
  })
  cache.setSnapshot('n', [tcpListener('l', 1, 'a', '')])
  const stream = new HandStream(cache, { id: 'n7', cluster: 'fleet' })
  t.equal(stream.watch.group, 'n')
  t.equal(addressIn(stream.watch.snapshot()), '127.0.0.7')
})

const NACK = { code: 13, message: 'no' }

/** A cache whose fleet was once served a cluster. */
function servedAndRemoved(name: string): SnapshotCache {
  const cache = new SnapshotCache()
  cache.setSnapshot('fleet', [cluster(name)])
  cache.setSnapshot('fleet', [])
  return cache
}

const DOUBTS: readonly [what: string, reports: readonly WatchReport[], expected: readonly string[]][] = [
  [
    'changed and removed names of a NACKed response are unconfirmed',
    [
      {
        kind: 'nacked',
        typeUrl: CLUSTER,
        response: response(['a', 'old'], { changedResources: ['a'], removed: ['gone'] }),
        ...NACK,
      },
    ],
    ['a', 'gone'],
  ],
  [
    'an ACK speaks for all that stood in the response, new or not, and for what it removed',
    [
      { kind: 'nacked', typeUrl: CLUSTER, response: response(['a', 'b', 'c']), ...NACK },
      {
        kind: 'acked',
        typeUrl: CLUSTER,
        response: response(['a'], { changedResources: [], removed: ['b'] }),
      },
    ],
    ['c'],
  ],
  [
    'a sent response leaves nothing unconfirmed',
    [{ kind: 'sent', typeUrl: CLUSTER, response: response(['a']) }],
    [],
  ],
]

for (const [what, reports, expected] of DOUBTS) {
  t.test(`X6: ${what}`, async (t) => {
    const cache = servedAndRemoved('gone')
    const stream = new HandStream(cache)
    stream.report(...reports)
    stream.close()
    const { unconfirmed } = new HandStream(cache).watch
    t.same([...(unconfirmed.get(CLUSTER) ?? [])], expected)
    t.same(
      new HandStream(cache, { id: 'n2', cluster: 'fleet' }).watch.unconfirmed.size,
      0,
      'of this node only',
    )
  })
}

t.test('X6: un-ACKed resources of a closed stream are unknown on the next stream', async (t) => {
  const cache = servedAndRemoved('gone')
  const stream = new HandStream(cache)
  stream.unacked = [
    {
      typeUrl: CLUSTER,
      response: response(['a', 'old'], { changedResources: ['a'], removed: ['gone'] }),
      sentAt: 0,
    },
    { typeUrl: LISTENER, response: response(['l']), sentAt: 0 },
  ]
  stream.close()
  const { unconfirmed } = new HandStream(cache).watch
  t.same(
    [...unconfirmed].map(([typeUrl, names]) => [typeUrl, [...names]]),
    [
      [CLUSTER, ['a', 'gone']],
      [LISTENER, ['l']],
    ],
  )
})

t.test('X48: names that a client made up are not remembered, and names that it was served are', async (t) => {
  const cache = servedAndRemoved('gone')
  const madeUp = Array.from({ length: 20_000 }, (_, index) => `made up ${index}`)
  for (let round = 0; round < 20; round += 1) {
    const stream = new HandStream(cache)
    const removed = madeUp.map((name) => `${name} ${round}`)
    stream.unacked = [
      { typeUrl: CLUSTER, response: response([], { removed: [...removed, 'gone'] }), sentAt: 0 },
    ]
    stream.report({ kind: 'nacked', typeUrl: CLUSTER, response: response([], { removed }), ...NACK })
    stream.close()
  }
  const { unconfirmed } = new HandStream(cache).watch
  t.same([...unconfirmed.keys()], [CLUSTER])
  t.equal(unconfirmed.get(CLUSTER)?.size, 1)
  t.ok(unconfirmed.get(CLUSTER)?.has('gone'))
})

t.test('X6: after a restart a node is sent what it NACKed, whatever versions it reports', async (t) => {
  const path = join(testFolder(t), 'nackedResponses')
  const resources = (timeout: number) => [cluster('a', timeout), cluster('b')]
  const nackLog = openNackLog(path)
  const before = new SnapshotCache({ nackLog })
  const old = new MachineStream(before)
  old.ask(CLUSTER)
  const good = typeIn(before.setSnapshot('fleet', resources(1)), CLUSTER).list
  old.answerAll()
  before.setSnapshot('fleet', resources(2))
  old.answer('rejected')
  await nackLog.close()

  const held = Object.fromEntries(good.map(({ name, version }) => [name, version]))
  for (const expected of [['a'], []]) {
    const reopened = openNackLog(path)
    const after = new SnapshotCache({ nackLog: reopened })
    after.setSnapshot('fleet', resources(1))
    const stream = new MachineStream(after)
    stream.ask(CLUSTER, [], held)
    t.same(
      stream.answerAll().flatMap((sent) => sent.resources.filter(({ typeUrl }) => typeUrl === CLUSTER)),
      good.filter(({ name }) => expected.includes(name)),
    )
    await reopened.close()
  }
})

const STREAM_OF = { node: 'n1', group: 'fleet', stream: STREAM }
const OF = { ...STREAM_OF, typeUrl: CLUSTER }
const SUBSCRIBED = { kind: 'subscribed', names: 2, wildcard: true } as const
const OPENED_AT = STREAM.openedAt

const EVENTS: readonly [report: WatchReport, event: XdsEvent][] = [
  [
    { ...SUBSCRIBED, typeUrl: CLUSTER, added: new Set(['b']), dropped: new Set() },
    { ...SUBSCRIBED, added: { count: 1, names: ['b'] }, dropped: { count: 0, names: [] }, ...OF },
  ],
  [
    { kind: 'unserved', typeUrl: CLUSTER, message: 'none' },
    { kind: 'unserved', message: 'none', ...OF },
  ],
  [
    { kind: 'stale', typeUrl: CLUSTER, nonce: '3' },
    { kind: 'stale', nonce: '3', ...OF },
  ],
  [{ kind: 'started' }, { kind: 'started', ...STREAM_OF }],
  [
    { kind: 'overdue', typeUrl: CLUSTER, version: 'v1', nonce: '1', sentAt: OPENED_AT },
    { kind: 'overdue', version: 'v1', nonce: '1', sentAt: OPENED_AT, ...OF },
  ],
  [
    { kind: 'sent', typeUrl: CLUSTER, response: response(['a', 'b'], { removed: ['c'] }) },
    { kind: 'sent', version: 'v1', nonce: '1', resources: 2, removed: 1, ...OF },
  ],
  [
    { kind: 'heartbeat', typeUrl: CLUSTER, response: response(['a', 'b']) },
    { kind: 'heartbeat', version: 'v1', nonce: '1', resources: 2, ...OF },
  ],
  [
    { kind: 'acked', typeUrl: CLUSTER, response: response(['a']) },
    { kind: 'acked', version: 'v1', nonce: '1', ...OF },
  ],
  [
    {
      kind: 'nacked',
      typeUrl: CLUSTER,
      response: response(['a', 'b'], { changedResources: ['b'], removed: ['c', 'made up'] }),
      ...NACK,
    },
    {
      kind: 'nacked',
      version: 'v1',
      nonce: '1',
      nack: { version: 'v1', nonce: '1', names: ['b', 'c'], ...NACK },
      ...OF,
    },
  ],
]

for (const [report, event] of EVENTS) {
  t.test(
    `X7: the event of a report of kind ${report.kind} has the type, the response and the node`,
    async (t) => {
      const cache = new SnapshotCache()
      cache.setSnapshot('fleet', [cluster('c')])
      cache.setSnapshot('fleet', [])
      const stream = new HandStream(cache)
      const events = eventsOf(cache)
      stream.report(report)
      t.same(events, [event], 'without names that the client made up')
    },
  )
}

t.test('an empty report does not evaluate the node', async (t) => {
  const cache = new SnapshotCache()
  const stream = new HandStream(cache)
  void cache.synced('fleet')
  const { looks } = stream
  stream.report()
  t.equal(stream.looks, looks)
  stream.report({ kind: 'stale', typeUrl: CLUSTER, nonce: '0' })
  t.equal(stream.looks, looks + 1)
})

t.test(
  'opening and closing a stream are events, and an empty report or one after the end is not',
  async (t) => {
    const cache = new SnapshotCache()
    const events = eventsOf(cache)
    const stream = new HandStream(cache)
    stream.report()
    stream.close()
    stream.report({ kind: 'started' })
    t.same(events, [
      { kind: 'opened', ...STREAM_OF },
      { kind: 'closed', pending: [], ...STREAM_OF },
    ])
  },
)

t.test('a stream that ends leaves the oldest response of each type that was not answered', async (t) => {
  const cache = new SnapshotCache()
  const events = eventsOf(cache)
  const stream = new HandStream(cache)
  const sent = (typeUrl: string, nonce: string, sentAt: number) => ({
    ...{ typeUrl, sentAt },
    response: { ...response(['a']), nonce },
  })
  stream.unacked = [sent(CLUSTER, '1', 0), sent(LISTENER, '2', 1_000), sent(CLUSTER, '3', 2_000)]
  const pending = [
    { typeUrl: CLUSTER, version: 'v1', nonce: '1', sentAt: '1970-01-01T00:00:00.000Z' },
    { typeUrl: LISTENER, version: 'v1', nonce: '2', sentAt: '1970-01-01T00:00:01.000Z' },
  ]
  t.same(stream.watch.pending(), pending)
  stream.close()
  t.same(events.at(-1), { kind: 'closed', pending, ...STREAM_OF })
  t.same(cache.nodeStatus('fleet', 'n1').left, pending)
})

t.test('the status has what the client says of itself, if it says anything', async (t) => {
  const cache = new SnapshotCache()
  new HandStream(cache, { id: 'n1', cluster: 'fleet', userAgentName: 'envoy' })
  new HandStream(cache, { id: 'n2', cluster: 'fleet' })
  t.match(cache.nodeStatus('fleet', 'n1'), { client: { name: 'envoy' } })
  t.notOk('client' in cache.nodeStatus('fleet', 'n2'))
})

t.test('X47: a stream continues only a stream of its own service', async (t) => {
  const cache = new SnapshotCache()
  const open = (id: number, typeUrl?: string) => {
    const more = { reportsNoVersions: false, ...(typeUrl !== undefined && { typeUrl }) }
    new HandStream(cache, undefined, { ...STREAM, id, peer: `127.0.0.1:${id}` }, more)
    return cache.nodeStatus('fleet', 'n1').streams.flatMap((one) => (one.replaced === true ? [one.id] : []))
  }
  t.same(open(1, CLUSTER), [])
  t.same(open(2, LISTENER), [])
  t.same(open(3), [], 'ADS is another one')
  t.same(open(4, CLUSTER), [1])
})

t.test('a node that is back has not left, even before it says anything', async (t) => {
  const cache = new SnapshotCache()
  const signal = new AbortController()
  const [, second] = [new HandStream(cache), new HandStream(cache, { id: 'n2', cluster: 'fleet' })]
  cache.setSnapshot('fleet', [cluster('a')])
  const synced = cache.synced('fleet', { signal: signal.signal })
  second.unacked = [{ typeUrl: CLUSTER, response: response(['a']), sentAt: 0 }]
  second.close()
  new HandStream(cache, { id: 'n2', cluster: 'fleet' })
  signal.abort()
  t.match(await synced, { outcome: 'pending', left: [] })
  t.equal((await synced).left.length, 0)
})
