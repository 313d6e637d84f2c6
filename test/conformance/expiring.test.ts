// Resources with a TTL on real sockets: which clients are sent the TTL and heartbeats, and what their status shows meanwhile.

import type { MessageInitShape } from '@bufbuild/protobuf'
import { anyUnpack } from '@bufbuild/protobuf/wkt'
import type { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import {
  type DeltaDiscoveryResponse,
  type DiscoveryResponse,
  ResourceSchema,
} from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import {
  ClientStatusDiscoveryService,
  ConfigStatus,
} from '@envoy/xds-protos/envoy/service/status/v3/csds_pb.js'
import t, { type Test } from 'tap'
import { createClient } from '../../services/rpc/index.ts'
import { CLUSTER, type SnapshotCache, startXdsServer, type XdsEvent } from '../../xds-server/index.ts'
import { nextEvent, startServer } from '../support/conformance.ts'
import { staticCluster } from '../support/resources.ts'
import { connectTo, DeltaClient, nodeOf, SotwClient } from '../support/xds-client.ts'

const TTL = 'xds.config.supports-resource-ttl'
const WRAPPER = 'xds.config.resource-in-sotw'
const TTL_MS = 9_000
/** Often, and never late even if the process stands still for seconds. */
const HEARTBEATS = { heartbeatsPerTtl: 90 }

const RESOURCES = [staticCluster('plain'), { resource: staticCluster('expiring'), ttlMs: TTL_MS }]

interface Received {
  readonly nonce: string
  readonly version: string
  /** `expiring 9000 ms`, with `without content` in a heartbeat. */
  readonly resources: readonly string[]
}

interface Client {
  readonly next: () => Promise<Received>
}

/** Asks for all clusters and ACKs everything. */
function openDelta(t: Test, address: string, node: MessageInitShape<typeof NodeSchema>): Client {
  const client = new DeltaClient(connectTo(t, address))
  t.teardown(() => client.close())
  client.send({ node, typeUrl: CLUSTER })
  const read = ({ nonce, systemVersionInfo: version, resources }: DeltaDiscoveryResponse) => ({
    nonce,
    version,
    resources: resources.map(({ name, ttl, resource }) => describe(name, ttl, resource !== undefined)),
  })
  return {
    next: async () => {
      const response = await client.next()
      client.ack(response)
      return read(response)
    },
  }
}

function openSotw(t: Test, address: string, node: MessageInitShape<typeof NodeSchema>): Client {
  const client = new SotwClient(connectTo(t, address))
  t.teardown(() => client.close())
  client.send({ node, typeUrl: CLUSTER })
  const read = ({ nonce, versionInfo: version, resources }: DiscoveryResponse) => ({
    nonce,
    version,
    resources: resources.map((any) => {
      const wrapper = anyUnpack(any, ResourceSchema)
      return wrapper
        ? describe(wrapper.name, wrapper.ttl, wrapper.resource !== undefined)
        : describe('unwrapped', undefined, true)
    }),
  })
  return {
    next: async () => {
      const response = await client.next()
      client.ack(response)
      return read(response)
    },
  }
}

function describe(
  name: string,
  ttl: { readonly seconds: bigint; readonly nanos: number } | undefined,
  hasContent: boolean,
): string {
  const ms = ttl && ` ${Number(ttl.seconds) * 1000 + ttl.nanos / 1_000_000} ms`
  return `${name}${ms ?? ''}${hasContent ? '' : ' without content'}`
}

function heartbeatOf(cache: SnapshotCache, node: string): Promise<XdsEvent> {
  return nextEvent(cache, (event) => event.kind === 'heartbeat' && event.node === node)
}

const node = (id: string, ...clientFeatures: string[]) => ({ ...nodeOf(id), clientFeatures })

t.test(
  'X32: a delta client that takes TTLs is sent heartbeats without content, and others none',
  async (t) => {
    const { cache, server } = await startServer(t, HEARTBEATS)
    const events: XdsEvent[] = []
    cache.onEvent((event) => events.push(event))
    cache.setSnapshot('fleet', RESOURCES)
    const other = openDelta(t, server.address, node('other', WRAPPER))
    t.same((await other.next()).resources, ['expiring', 'plain'])
    const client = openDelta(t, server.address, node('taker', TTL))
    const first = await client.next()
    t.same(first.resources, ['expiring 9000 ms', 'plain'])
    for (const _ of [1, 2, 3]) {
      const { version, resources } = await client.next()
      t.same(resources, ['expiring 9000 ms without content'])
      t.equal(version, first.version)
    }
    const heartbeats = events.filter(({ kind }) => kind === 'heartbeat')
    t.same([...new Set(heartbeats.map((event) => 'node' in event && event.node))], ['taker'])
    t.notOk(events.some(({ kind }) => kind === 'stale' || kind === 'nacked'))
  },
)

t.test(
  'X32, X58: a SotW client that takes TTLs is sent heartbeats with all it has, and others none',
  async (t) => {
    const { cache, server } = await startServer(t, HEARTBEATS)
    const events: XdsEvent[] = []
    cache.onEvent((event) => events.push(event))
    cache.setSnapshot('fleet', RESOURCES)
    // It cannot unwrap what would carry the TTL.
    const other = openSotw(t, server.address, node('other', TTL))
    t.same((await other.next()).resources, ['unwrapped', 'unwrapped'])
    const client = openSotw(t, server.address, node('taker', TTL, WRAPPER))
    const first = await client.next()
    t.same(first.resources, ['expiring 9000 ms', 'unwrapped'])
    for (const _ of [1, 2, 3]) {
      const { version, resources, nonce } = await client.next()
      t.same([version, resources], [first.version, first.resources])
      t.not(nonce, first.nonce)
    }
    const heartbeats = events.filter(({ kind }) => kind === 'heartbeat')
    t.same([...new Set(heartbeats.map((event) => 'node' in event && event.node))], ['taker'])
    t.notOk(events.some(({ kind }) => kind === 'stale' || kind === 'nacked'))
  },
)

for (const open of [openDelta, openSotw]) {
  const protocol = open === openDelta ? 'delta' : 'sotw'
  t.test(`X32: heartbeats change no status, and it counts what expires (${protocol})`, async (t) => {
    const { cache, server } = await startServer(t, { clientStatus: true, ...HEARTBEATS })
    cache.setSnapshot('fleet', RESOURCES)
    const client = open(t, server.address, node('taker', TTL, WRAPPER))
    const acked = nextEvent(cache, ({ kind }) => kind === 'acked')
    await client.next()
    await acked
    const before = cache.nodeStatus('fleet', 'taker').types[CLUSTER]
    t.match(before, { state: 'SYNCED', expiring: 1 })
    await heartbeatOf(cache, 'taker')
    t.same(cache.nodeStatus('fleet', 'taker').types[CLUSTER], before)
    t.same(cache.nodeStatus('fleet', 'taker').streams[0]?.pending, [], 'nothing waits for its answer')
    const csds = createClient(ClientStatusDiscoveryService, server.address)
    t.teardown(() => csds.close())
    const { config } = await csds.fetchClientStatus({})
    const states = config[0]?.genericXdsConfigs.map(({ name, configStatus }) => [name, configStatus])
    t.same(states, [
      ['expiring', ConfigStatus.SYNCED],
      ['plain', ConfigStatus.SYNCED],
    ])
    cache.setSnapshot('fleet', [staticCluster('plain'), staticCluster('expiring')])
    const ackedAgain = nextEvent(cache, ({ kind }) => kind === 'acked')
    while ((await client.next()).resources.some((one) => one.includes(' ms')));
    await ackedAgain
    t.equal(cache.nodeStatus('fleet', 'taker').types[CLUSTER]?.expiring, undefined)
  })
}

t.test('X57: a change of the TTL alone is sent, and to a client without TTLs as well', async (t) => {
  const { cache, server } = await startServer(t, HEARTBEATS)
  cache.setSnapshot('fleet', RESOURCES)
  const client = openDelta(t, server.address, node('taker', TTL))
  const other = openDelta(t, server.address, node('other'))
  await client.next()
  await other.next()
  cache.updateSnapshot('fleet', { upsert: [{ resource: staticCluster('expiring'), ttlMs: 100_000 }] })
  let { resources } = await client.next()
  while (resources[0]?.endsWith('without content')) resources = (await client.next()).resources
  t.same(resources, ['expiring 100000 ms'])
  t.same((await other.next()).resources, ['expiring'])
})

t.test('X32: heartbeats come more than once in a TTL', async (t) => {
  for (const heartbeatsPerTtl of [1, 0, -3, Number.NaN]) {
    const { cache } = await startServer(t)
    const started = startXdsServer({ cache, address: '127.0.0.1:0', heartbeatsPerTtl })
    await t.rejects(started, {
      code: 'invalid-argument',
      problems: [{ path: 'heartbeatsPerTtl', message: /above 1/ }],
    })
  }
  const { server } = await startServer(t, { heartbeatsPerTtl: 1.5 })
  t.ok(server.address)
})
