// What a request of a stream brings about: who the client is, what it may ask for, and which types nobody serves.

import { mock } from 'node:test'
import { create } from '@bufbuild/protobuf'
import { anyPack, StringValueSchema } from '@bufbuild/protobuf/wkt'
import { status } from '@grpc/grpc-js'
import t from 'tap'
import { HandXds, type HandXdsOptions } from '../../test/support/hand-xds.ts'
import { secret, staticCluster } from '../../test/support/resources.ts'
import { SnapshotCache } from '../cache/snapshot-cache.ts'
import { CLUSTER, LISTENER, ROUTE, SECRET } from '../snapshot/resource-type.ts'
import type { Peer } from './peer.ts'

function serveCluster(options?: HandXdsOptions): HandXds {
  const hand = new HandXds(options)
  hand.cache.setSnapshot('fleet', [staticCluster('a')])
  return hand
}

t.test('the first request says who the client is', async (t) => {
  const peers: Peer[] = []
  const hand = serveCluster({
    id: 7,
    names: 'URI:spiffe://x',
    authorize: (peer, { id }) => {
      peers.push(peer)
      return id === 'n1' ? undefined : 'no'
    },
  })
  hand.ask(CLUSTER)
  hand.ask(CLUSTER, 'a')
  t.strictSame(peers, [{ address: '10.0.0.1:1', uris: ['spiffe://x'] }], 'once')
  t.match(hand.events[1], {
    kind: 'opened',
    node: 'n1',
    group: 'fleet',
    stream: { id: 7, protocol: 'delta', aggregated: true, peer: '10.0.0.1:1', openedAt: /^20.*Z$/ },
  })
  t.equal(hand.streams.disconnect('fleet', 'n1'), 1)
})

t.test('the stream of a service for one type is not aggregated', async (t) => {
  const hand = serveCluster({ typeUrl: CLUSTER })
  hand.send({})
  t.match(hand.events[1], { stream: { aggregated: false } })
  t.strictSame(hand.take(), ['a'])
  hand.ask(LISTENER)
  t.match(hand.call.errors, [{ code: status.INVALID_ARGUMENT, details: /this service serves only/ }])
})

t.test('a client that may not be a node is not served as it', async (t) => {
  const hand = serveCluster({ authorize: () => 'no' })
  hand.ask(CLUSTER)
  t.match(hand.call.errors, [{ code: status.PERMISSION_DENIED, details: 'no' }])
  t.strictSame(hand.kinds(), ['snapshot', 'rejected'])
})

t.test('a request that is no message ends its stream', async (t) => {
  const hand = new HandXds()
  hand.call.receive(Buffer.of(255))
  t.match(hand.call.errors, [{ code: status.INVALID_ARGUMENT, details: /^the request cannot be decoded/ }])
  const unknown = new HandXds({ node: { id: '' } })
  unknown.ask(CLUSTER)
  t.match(unknown.call.errors, [{ code: status.INVALID_ARGUMENT, details: /^node.id is empty/ }])
})

t.test('secrets are sent over a private transport only', async (t) => {
  for (const isPrivate of [true, false]) {
    const hand = new HandXds({ isPrivate })
    hand.cache.setSnapshot('fleet', [secret('s', 'x'), staticCluster('a')])
    hand.ask(SECRET, 's')
    t.strictSame(hand.take(), isPrivate ? ['s'] : [])
    const message = 'secrets are not sent over plaintext TCP: serve xDS over TLS or on a Unix socket'
    t.match(
      hand.events.filter(({ kind }) => kind === 'unserved'),
      isPrivate ? [] : [{ node: 'n1', typeUrl: SECRET, message }],
    )
    hand.ask(CLUSTER)
    t.strictSame(hand.take(), ['a'], 'everything else is')
  }
})

t.test('a stream subscribes to up to 64 types', async (t) => {
  const hand = serveCluster()
  for (let type = 0; type < 64; type += 1) hand.ask(`type.googleapis.com/test.T${type}`, 'a')
  hand.ask('type.googleapis.com/test.T0', 'b')
  t.strictSame(hand.call.errors, [], 'twin')
  hand.ask('type.googleapis.com/test.T64', 'a')
  t.strictSame(hand.call.errors, [
    {
      code: status.RESOURCE_EXHAUSTED,
      details: 'this stream subscribes to more than 64 types: open another stream for the rest',
    },
  ])
})

t.test('X86: what a stream subscribes to and what it reported first are counted', async (t) => {
  const open = () => serveCluster({ limits: { names: 4 } })
  const reported = { initialResourceVersions: { a: '1', b: '1' } }
  const subscribed = { resourceNamesSubscribe: ['a', 'b'] }
  const hand = open()
  hand.send({ typeUrl: CLUSTER, ...reported, ...subscribed })
  hand.send({ typeUrl: CLUSTER, ...reported, ...subscribed })
  t.strictSame(hand.call.errors, [], 'only what it reports first counts')
  hand.ask(CLUSTER, 'c')
  t.match(hand.call.errors, [{ code: status.RESOURCE_EXHAUSTED, details: /^the limit is 4 names/ }])
  const two = open()
  two.send({ typeUrl: CLUSTER, ...reported })
  two.send({ typeUrl: ROUTE, ...reported, resourceNamesSubscribe: ['r'] })
  t.match(two.call.errors, [{ code: status.RESOURCE_EXHAUSTED, details: /there are [56]/ }], 'types add up')
})

t.test('requests beside answers are limited, and answers are not', async (t) => {
  const hand = serveCluster({ limits: { requestsPerSecond: 1 } })
  hand.ask(CLUSTER)
  for (let push = 0; push < 50; push += 1) {
    hand.cache.updateSnapshot('fleet', { upsert: [staticCluster('a', 2000 + push)] })
    hand.take()
  }
  t.strictSame(hand.call.errors, [], 'answers do not count')
  for (let requests = 0; requests < 100; requests += 1) hand.send({ typeUrl: CLUSTER })
  t.match(hand.call.errors, [
    {
      code: status.RESOURCE_EXHAUSTED,
      details:
        'the limit is 1 requests a second, ACKs and NACKs not counted: send several names in one request',
    },
  ])
})

const OTHER = 'type.googleapis.com/google.protobuf.StringValue'

t.test('a subscription to a type that nobody serves is an event', async (t) => {
  const hand = serveCluster()
  const unserved = () => hand.events.filter(({ kind }) => kind === 'unserved')
  hand.ask(ROUTE, 'a')
  t.strictSame(unserved(), [], 'the library knows the type')
  hand.ask(OTHER, 'a')
  const message = `group "fleet" has no resources of ${OTHER}: add some to its snapshot, or fix the type URL in the client`
  t.match(unserved(), [{ node: 'n1', typeUrl: OTHER, message }])
  const resource = anyPack(StringValueSchema, create(StringValueSchema))
  hand.cache.updateSnapshot('fleet', { upsert: [{ name: 'a', resource }] })
  t.strictSame(hand.take().slice(-1), ['a'])
  hand.ask(OTHER, 'b')
  t.equal(unserved().length, 1, 'it has some now')
  const early = new HandXds()
  early.ask(OTHER, 'a')
  t.notOk(early.kinds().includes('unserved'), 'nothing is known without a snapshot')
})

const GRPC = { id: 'n1', cluster: 'fleet', userAgentName: 'gRPC Go' }

/** Whether a client gets the reason why a name is missing. */
function explains(options: HandXdsOptions): boolean {
  const cache = new SnapshotCache({
    explainMissing: ({ name }) => ({ code: 5, message: `no ${name} today` }),
  })
  const hand = serveCluster({ cache, ...options })
  hand.ask(CLUSTER, 'b')
  const [response] = hand.received()
  return response?.resourceErrors[0]?.errorDetail?.message === 'no b today'
}

t.test('clients of a kind get the reason why a name is missing', async (t) => {
  t.ok(explains({ node: GRPC, resourceErrors: 'grpc' }))
  t.notOk(explains({ resourceErrors: 'grpc' }))
  t.ok(explains({ resourceErrors: 'all' }))
  t.ok(explains({ node: GRPC, resourceErrors: 'all' }))
  t.notOk(explains({ node: GRPC, resourceErrors: 'off' }))
})

t.test('a stream ends if its first request does not come in time', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const [silent, heard] = [serveCluster(), serveCluster()]
  heard.ask(CLUSTER)
  for (let part = 0; part < 4; part += 1) mock.timers.tick(15_000)
  t.match(silent.call.errors, [{ code: status.DEADLINE_EXCEEDED }])
  t.strictSame(heard.call.errors, [])
})
