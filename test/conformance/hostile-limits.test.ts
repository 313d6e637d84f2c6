// Clients that take more than their share: each limit ends the stream beyond it, and no other.

import { connect as connectHttp2, type Settings } from 'node:http2'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import {
  CLUSTER,
  ENDPOINT,
  SnapshotCache,
  type StreamLimits,
  SwitchyardError,
  startXdsServer,
  type XdsEvent,
} from '../../xds-server/index.ts'
import { assignment, staticCluster } from '../support/resources.ts'
import { connectTo, DeltaClient, nodeOf, SotwClient } from '../support/xds-client.ts'

async function start(t: Test, limits: StreamLimits) {
  const cache = new SnapshotCache()
  const rejected: (XdsEvent & { readonly kind: 'rejected' })[] = []
  cache.onEvent((event) => {
    if (event.kind === 'rejected') rejected.push(event)
  })
  cache.setSnapshot('fleet', [staticCluster('a'), assignment('a', 1)])
  const server = await startXdsServer({ cache, address: '127.0.0.1:0', limits })
  t.teardown(() => server.close())
  const channel = connectTo(t, server.address)
  const subscribed = async (id: string) => {
    const client = new DeltaClient(channel)
    client.send({ node: nodeOf(id), typeUrl: CLUSTER })
    client.ack(await client.next())
    return client
  }
  /** A stream is served on: it is sent the next content. */
  const isServed = async (client: DeltaClient, change: number) => {
    cache.updateSnapshot('fleet', { upsert: [staticCluster('a', change)] })
    const response = await client.next()
    client.ack(response)
    return response.resources.length === 1
  }
  return { cache, server, channel, rejected, subscribed, isServed }
}

async function rejects(
  t: Test,
  client: DeltaClient | SotwClient,
  rejected: readonly XdsEvent[],
  says: RegExp,
): Promise<void> {
  const { code, details } = await client.raw.ended
  t.equal(code, status.RESOURCE_EXHAUSTED)
  t.match(details, says)
  t.match(rejected.at(-1), { kind: 'rejected', code, message: says, peer: /^127\.0\.0\.1:\d+$/ })
}

for (const [limits, says] of [
  [{ streams: 2 }, /the server has 2 open streams, which is its limit/],
  [{ streamsOfPeer: 2 }, /127\.0\.0\.1 has 2 open streams, which is the limit: close some/],
  [{ streamsOfNode: 2 }, /the node "n" has 2 open streams, which is the limit: give each client an id/],
] as const) {
  t.test(`X85: beyond ${JSON.stringify(limits)}, a stream is rejected, and others go on`, async (t) => {
    const { channel, rejected, subscribed, isServed, cache } = await start(t, limits)
    const [first, second] = [await subscribed('n'), await subscribed('n')]
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const third = new SotwClient(channel)
      third.send({ node: nodeOf('n'), typeUrl: CLUSTER })
      await rejects(t, third, rejected, says)
      t.equal(rejected.length, attempt)
    }
    t.equal(cache.status('fleet')[0]?.streams.length, 2)
    t.ok(await isServed(first, 2))
    const left = new Promise<void>((resolve) => {
      cache.onEvent(({ kind }) => kind === 'closed' && resolve())
    })
    second.close()
    await left
    t.ok(await isServed(await subscribed('n'), 3), 'the place of a stream that has ended is free')
  })
}

t.test('X85: a limit for a node leaves other nodes alone', async (t) => {
  const { rejected, subscribed, isServed } = await start(t, { streamsOfNode: 1 })
  const clients = [await subscribed('n1'), await subscribed('n2')]
  for (const [index, client] of clients.entries()) t.ok(await isServed(client, 10 + index))
  t.strictSame(rejected, [])
})

const names = (count: number, prefix = 'n') =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(3, '0')}`)

t.test('X86: a stream that subscribes to too many names ends, with any number of requests', async (t) => {
  for (const protocol of ['sotw', 'delta'] as const) {
    const { channel, rejected, subscribed, isServed } = await start(t, { names: 100 })
    const healthy = await subscribed('healthy')
    const client = protocol === 'sotw' ? new SotwClient(channel) : new DeltaClient(channel)
    const ask = (count: number) => {
      if (client instanceof SotwClient)
        client.send({ node: nodeOf('n'), typeUrl: ENDPOINT, resourceNames: ['a', ...names(count)] })
      else
        client.send({ node: nodeOf('n'), typeUrl: ENDPOINT, resourceNamesSubscribe: ['a', ...names(count)] })
    }
    ask(49)
    await client.next()
    ask(99)
    t.ok(await isServed(healthy, 2), 'a hundred names are accepted')
    t.strictSame(rejected, [], protocol)
    ask(100)
    await rejects(
      t,
      client,
      rejected,
      /the limit is 100 names that this stream .* and there are 101: subscribe/,
    )
    t.ok(await isServed(healthy, 3), 'others are served on')
  }
})

t.test('X86: names of all types count, and so do those that a client reports', async (t) => {
  const { channel, rejected } = await start(t, { names: 100 })
  const versions = Object.fromEntries(names(60).map((name) => [name, '1']))
  const claims = async (count: number) => {
    const client = new DeltaClient(channel)
    client.send({ node: nodeOf('n'), typeUrl: CLUSTER, initialResourceVersions: versions })
    await client.next()
    client.send({ typeUrl: ENDPOINT, resourceNamesSubscribe: ['a', ...names(count)] })
    return client
  }
  const accepted = await claims(39)
  t.equal((await accepted.next()).typeUrl, ENDPOINT)
  t.strictSame(rejected, [])
  await rejects(t, await claims(40), rejected, /there are 101/)
})

t.test('X86: names that are unsubscribed count no longer', async (t) => {
  const { channel, rejected } = await start(t, { names: 100 })
  const client = new DeltaClient(channel)
  client.send({ node: nodeOf('n'), typeUrl: ENDPOINT, resourceNamesSubscribe: ['a', ...names(99)] })
  await client.next()
  client.send({ typeUrl: ENDPOINT, resourceNamesUnsubscribe: names(99) })
  client.send({ typeUrl: ENDPOINT, resourceNamesSubscribe: names(99, 'm') })
  t.equal((await client.next()).removedResources.length, 99)
  t.strictSame(rejected, [])
})

t.test('X86: long names are bounded by their bytes', async (t) => {
  const { channel, rejected } = await start(t, { nameBytes: 1_000 })
  for (const [length, isAccepted] of [
    [333, true],
    [334, false],
  ] as const) {
    const client = new DeltaClient(channel)
    // Three bytes each, in UTF-8.
    client.send({ node: nodeOf('n'), typeUrl: ENDPOINT, resourceNamesSubscribe: ['€'.repeat(length)] })
    if (isAccepted) t.equal((await client.next()).removedResources.length, 1)
    else await rejects(t, client, rejected, /the limit is 1000 bytes of names .* and there are 1002/)
    client.close()
  }
})

t.test('X86: the streams of one node share a limit, and other nodes do not', async (t) => {
  for (const [limits, says] of [
    [{ namesOfNode: 100 }, /the limit is 100 names that the streams of this node .* and there are 120/],
    [{ nameBytesOfNode: 400 }, /the limit is 400 bytes of names that the streams of this node .* are 480/],
  ] as const) {
    const { cache, channel, rejected, subscribed } = await start(t, limits)
    // The account of the node outlives its other streams.
    await subscribed('n')
    const subscribe = (id: string) => {
      const client = new DeltaClient(channel)
      client.send({ node: nodeOf(id), typeUrl: ENDPOINT, resourceNamesSubscribe: names(60) })
      return client
    }
    const first = subscribe('n')
    await first.next()
    await rejects(t, subscribe('n'), rejected, says)
    await subscribe('other').next()
    const left = new Promise<void>((resolve) => {
      cache.onEvent((event) => event.kind === 'closed' && event.node === 'n' && resolve())
    })
    first.close()
    await left
    await subscribe('n').next()
    t.equal(rejected.length, 1, 'the names of a stream that has ended count no longer')
  }
})

t.test('X87: a stream that sends too many requests ends, and one that only answers may go on', async (t) => {
  const { cache, channel, rejected, subscribed, isServed } = await start(t, { requestsPerSecond: 1 })
  const healthy = await subscribed('healthy')
  for (let change = 2; change < 40; change += 1) await isServed(healthy, change)
  t.strictSame(rejected, [], 'answers cost nothing')
  const client = new DeltaClient(channel)
  client.send({ node: nodeOf('n'), typeUrl: CLUSTER })
  for (let request = 0; request < 1_000; request += 1)
    client.send({ typeUrl: CLUSTER, responseNonce: 'made up' })
  await rejects(t, client, rejected, /the limit is 1 requests a second, ACKs and NACKs not counted/)
  t.ok(await isServed(healthy, 40))
  t.equal(cache.status('fleet').filter(({ connected }) => connected).length, 1)
})

t.test('limits and options of channels that make no sense are rejected, all at once', async (t) => {
  const invalid = {
    limits: { streams: 0, names: 1.5, nameBites: 3 },
    channelOptions: { 'grpc.max_receive_message_length': 5, 'grpc.keepalive_time_ms': 5, interceptors: [] },
    maxConnectionAge: { timeMs: Number.NaN, graceMs: -1 },
  } as const
  const error = await startXdsServer({
    cache: new SnapshotCache(),
    address: '127.0.0.1:0',
    ...(invalid as object),
  }).catch((thrown: unknown) => thrown)
  if (!(error instanceof SwitchyardError)) return t.fail('it must not start')
  t.equal(error.code, 'invalid-argument')
  t.strictSame(
    error.problems.map(({ path }) => path),
    [
      'maxConnectionAge.timeMs',
      'maxConnectionAge.graceMs',
      'limits.streams',
      'limits.names',
      'limits.nameBites',
      'channelOptions["grpc.max_receive_message_length"]',
      'channelOptions["grpc.keepalive_time_ms"]',
      'channelOptions["interceptors"]',
    ],
  )
  t.match(error.message, /set maxRequestBytes/)
})

t.test('an option of the channel reaches the transport', async (t) => {
  for (const channelOptions of [{}, { 'grpc.max_concurrent_streams': 1 }, { 'grpc.enable_channelz': 0 }]) {
    const server = await startXdsServer({
      cache: new SnapshotCache(),
      address: '127.0.0.1:0',
      channelOptions,
    })
    const session = connectHttp2(`http://${server.address}`)
    const settings = await new Promise<Settings>((resolve) => session.once('remoteSettings', resolve))
    const isOne = 'grpc.max_concurrent_streams' in channelOptions
    t.equal(settings.maxConcurrentStreams === 1, isOne)
    await server.close()
    session.destroy()
  }
})
