// Invalid requests: each ends its own stream with a message that says how to fix it, and no other stream.

import { create, toBinary } from '@bufbuild/protobuf'
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { type Client, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { CLUSTER, ENDPOINT, SnapshotCache, startXdsServer, type XdsEvent } from '../../xds-server/index.ts'
import { cluster } from '../support/resources.ts'
import { ADS, connectTo, DeltaClient, nodeOf, RawStream } from '../support/xds-client.ts'

const EDS = {
  sotw: '/envoy.service.endpoint.v3.EndpointDiscoveryService/StreamEndpoints',
  delta: '/envoy.service.endpoint.v3.EndpointDiscoveryService/DeltaEndpoints',
}

interface BadRequest {
  readonly title: string
  readonly path?: typeof ADS | typeof EDS
  readonly request?: { readonly node?: ReturnType<typeof nodeOf>; readonly typeUrl?: string }
  readonly bytes?: Uint8Array
  readonly code?: status
  /** Default: 64 KiB. */
  readonly largest?: number
  readonly says: RegExp
}

const at = (address: unknown) => ({
  ...nodeOf('n'),
  metadata: { switchyard: { listener_address: address as string } },
})

const BAD_REQUESTS: readonly BadRequest[] = [
  {
    title: 'a first request without a node',
    request: { typeUrl: CLUSTER },
    says: /has no node: send node with an id/,
  },
  {
    title: 'a node without an id',
    request: { node: { cluster: 'fleet' }, typeUrl: CLUSTER },
    says: /node\.id is empty: set node\.id in the bootstrap/,
  },
  {
    title: 'X48: a node id that is too long',
    request: { node: { id: 'n'.repeat(257), cluster: 'fleet' }, typeUrl: CLUSTER },
    says: /node\.id has 257 bytes, and the limit is 256: shorten it in the bootstrap/,
  },
  {
    title: 'X48: a node cluster that is too long',
    request: { node: { id: 'n', cluster: 'ü'.repeat(129) }, typeUrl: CLUSTER },
    says: /node\.cluster has 258 bytes, and the limit is 256: shorten it in the bootstrap/,
  },
  {
    title: 'X48: a type URL that is too long',
    request: { node: nodeOf('n'), typeUrl: `type.googleapis.com/made.up.${'a'.repeat(229)}` },
    says: /type_url has 257 bytes, and the limit is 256/,
  },
  {
    title: 'S58: a user agent that is too long',
    request: { node: { ...nodeOf('n'), userAgentName: 'u'.repeat(257) }, typeUrl: CLUSTER },
    says: /node\.user_agent_name has 257 bytes, and the limit is 256/,
  },
  {
    title: 'S58: a listener address that is no IP address',
    request: { node: at('a'.repeat(10_000)), typeUrl: CLUSTER },
    says: /listener_address is "a{63}, not an IP address: fix it in the bootstrap$/,
  },
  {
    title: 'S58: a listener address with a zone, which may have any length',
    request: { node: at(`fe80::1%${'z'.repeat(100)}`), typeUrl: CLUSTER },
    says: /listener_address is "fe80::1%z+, not an IP address/,
  },
  {
    title: 'S58: a listener address that is no text',
    request: { node: at(7), typeUrl: CLUSTER },
    says: /listener_address is 7, not an IP address/,
  },
  {
    title: 'S58: metadata that is too large',
    request: { node: { ...nodeOf('n'), metadata: { labels: 'm'.repeat(70_000) } }, typeUrl: CLUSTER },
    largest: 1024 * 1024,
    says: /node has 70\d{3} bytes without its extensions, and the limit is 65536: shorten its metadata/,
  },
  {
    title: 'X30: no type URL on ADS',
    request: { node: nodeOf('n') },
    says: /type_url is empty: set it in each request of an aggregated stream/,
  },
  {
    title: 'an invalid type URL',
    request: { node: nodeOf('n'), typeUrl: 'clusters, please' },
    says: /type_url "clusters, please" is invalid: use the form type\.googleapis\.com/,
  },
  {
    title: 'a type that the service does not carry',
    path: EDS,
    request: { node: nodeOf('n'), typeUrl: CLUSTER },
    says: /this service serves only type\.googleapis\.com\/envoy\.config\.endpoint\.v3\.ClusterLoadAssignment/,
  },
  {
    title: 'bytes that are not a message',
    bytes: Buffer.from('ffffffff', 'hex'),
    says: /the request cannot be decoded/,
  },
  {
    title: 'a request over the limit',
    bytes: Buffer.alloc(70_000),
    code: status.RESOURCE_EXHAUSTED,
    says: /larger than max/,
  },
]

async function start(t: Test, maxRequestBytes = 64 * 1024) {
  const cache = new SnapshotCache()
  const rejected: XdsEvent[] = []
  cache.onEvent((event) => {
    if (event.kind === 'rejected') rejected.push(event)
  })
  const server = await startXdsServer({ cache, address: '127.0.0.1:0', maxRequestBytes })
  t.teardown(() => server.close())
  cache.setSnapshot('fleet', [cluster('a')])
  return { cache, rejected, channel: connectTo(t, server.address) }
}

/** Opens a stream on the same connection. The returned function checks that it is still served. */
async function healthyStream(channel: Client, cache: SnapshotCache) {
  const client = new DeltaClient(channel)
  client.send({ node: nodeOf('healthy'), typeUrl: CLUSTER })
  client.ack(await client.next())
  return async () => {
    cache.updateSnapshot('fleet', { upsert: [cluster('b')] })
    const { resources } = await client.next()
    client.close()
    return resources.map(({ name }) => name)
  }
}

for (const {
  title,
  path = ADS,
  request,
  bytes,
  code = status.INVALID_ARGUMENT,
  largest,
  says,
} of BAD_REQUESTS) {
  for (const protocol of ['sotw', 'delta'] as const) {
    t.test(`${title} ends the stream, and no other (${protocol})`, async (t) => {
      const { cache, rejected, channel } = await start(t, largest)
      const isServedOn = await healthyStream(channel, cache)
      const stream = new RawStream(channel, path[protocol])
      stream.send(bytes ?? encode(protocol, request ?? {}))
      const ended = await stream.ended
      t.equal(ended.code, code)
      t.match(ended.details, says)
      if (code === status.INVALID_ARGUMENT) t.match(rejected, [{ kind: 'rejected', code, message: says }])
      t.strictSame(await isServedOn(), ['b'])
    })
  }
}

function encode(
  protocol: 'sotw' | 'delta',
  request: { node?: ReturnType<typeof nodeOf>; typeUrl?: string },
): Uint8Array {
  return protocol === 'sotw'
    ? toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, request))
    : toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, request))
}

t.test('X48: a node id, a node cluster and a type URL of 256 bytes are served', async (t) => {
  const { cache, channel } = await start(t)
  const client = new DeltaClient(channel)
  const [id, group] = ['n'.repeat(256), 'f'.repeat(256)]
  cache.setSnapshot(group, [])
  const typeUrl = `type.googleapis.com/made.up.${'a'.repeat(228)}`
  client.send({ node: { id, cluster: group }, typeUrl, resourceNamesSubscribe: ['x'] })
  t.strictSame((await client.next()).removedResources, ['x'])
  client.close()
})

t.test('a stream that subscribes to more than 64 types ends', async (t) => {
  const { channel } = await start(t)
  const client = new DeltaClient(channel)
  for (let index = 0; index <= 64; index += 1) {
    client.send({
      node: nodeOf('n'),
      typeUrl: `type.googleapis.com/made.up.Type${index}`,
      resourceNamesSubscribe: ['x'],
    })
  }
  const ended = await client.raw.ended
  t.equal(ended.code, status.RESOURCE_EXHAUSTED)
  t.match(ended.details, /more than 64 types/)
})

t.test('a request for an unknown type is an event, and the stream stays open', async (t) => {
  const { cache, channel } = await start(t)
  const unserved: XdsEvent[] = []
  cache.onEvent((event) => {
    if (event.kind === 'unserved') unserved.push(event)
  })
  const client = new DeltaClient(channel)
  client.send({
    node: nodeOf('n'),
    typeUrl: 'type.googleapis.com/made.up.Type',
    resourceNamesSubscribe: ['x'],
  })
  t.strictSame((await client.next()).removedResources, ['x'])
  t.match(unserved, [
    {
      kind: 'unserved',
      message: /group "fleet" has no resources of type\.googleapis\.com\/made\.up\.Type/,
    },
  ])
  client.send({ typeUrl: ENDPOINT, resourceNamesSubscribe: ['a'] })
  t.strictSame(
    (await client.next()).resources.map(({ name }) => name),
    ['a'],
  )
  t.equal(unserved.length, 1, 'a known type is not reported')
  client.close()
})
