// Faults of the server are not the client's: they end a stream with INTERNAL, or no stream at all, and are events.

import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import {
  CLUSTER,
  type NackLog,
  SnapshotCache,
  type SnapshotCacheOptions,
  startXdsServer,
  type XdsEvent,
  type XdsServerOptions,
} from '../../xds-server/index.ts'
import { nextEvent } from '../support/conformance.ts'
import { badCluster, staticCluster } from '../support/resources.ts'
import { connectTo, DeltaClient, nodeOf } from '../support/xds-client.ts'

const isFault = (event: XdsEvent) => event.kind === 'fault'

async function start(
  t: Test,
  cacheOptions: SnapshotCacheOptions = {},
  serverOptions: Partial<XdsServerOptions> = {},
) {
  const cache = new SnapshotCache(cacheOptions)
  const server = await startXdsServer({ cache, address: '127.0.0.1:0', ...serverOptions })
  t.teardown(() => server.close())
  cache.setSnapshot('fleet', [staticCluster('a')])
  const channel = connectTo(t, server.address)
  const open = (id: string) => {
    const client = new DeltaClient(channel)
    t.teardown(() => client.close())
    client.send({ node: nodeOf(id), typeUrl: CLUSTER })
    return client
  }
  return { cache, open }
}

const boom = new Error('boom')
const failFor = (id: string): undefined => {
  if (id === 'bad') throw boom
  return undefined
}

const OPTIONS: readonly [source: string, cache: SnapshotCacheOptions, server: Partial<XdsServerOptions>][] = [
  [
    'nodeGroup',
    {
      nodeGroup: ({ id }) => {
        failFor(id)
        return 'fleet'
      },
    },
    {},
  ],
  [
    'listenerAddress',
    {
      listenerAddress: ({ id }) => {
        failFor(id)
        return '127.0.0.1'
      },
    },
    {},
  ],
  ['authorize', {}, { authorize: (_, { id }) => failFor(id) }],
]

for (const [source, cacheOptions, serverOptions] of OPTIONS) {
  t.test(`${source} that throws ends the stream with INTERNAL and a fault event, and no other`, async (t) => {
    const { cache, open } = await start(t, cacheOptions, serverOptions)
    const good = open('good')
    good.ack(await good.next())
    const rejected: XdsEvent[] = []
    cache.onEvent((event) => {
      if (event.kind === 'rejected') rejected.push(event)
    })
    const fault = nextEvent(cache, isFault)
    const bad = open('bad')
    t.match(await bad.raw.ended, { code: status.INTERNAL, details: /xDS server failed/ })
    t.match(await fault, { source, error: boom, message: new RegExp(`${source} threw: boom`), peer: String })
    t.same(rejected, [], 'nobody says that the request was bad')
    cache.setSnapshot('fleet', [staticCluster('b')])
    t.match((await good.next()).resources, [{ name: 'b' }])
  })
}

const FAILING_LOGS: readonly [what: string, append: NackLog['append']][] = [
  ['rejects', () => Promise.reject(boom)],
  [
    'throws',
    () => {
      throw boom
    },
  ],
]

for (const [what, append] of FAILING_LOGS) {
  t.test(`X6: a NACK log that ${what} ends no stream, and is a fault event`, async (t) => {
    const nackLog: NackLog = { read: () => [], append, close: async () => {} }
    const { cache, open } = await start(t, { nackLog })
    const client = open('n')
    client.ack(await client.next())
    cache.updateSnapshot('fleet', { upsert: [badCluster('b')] })
    const { nonce } = await client.next()
    const fault = nextEvent(cache, isFault)
    client.send({ typeUrl: CLUSTER, responseNonce: nonce, errorDetail: { code: 13, message: 'no' } })
    t.match(await fault, { source: 'nackLog', error: boom, message: /NACK log cannot be written.*boom/ })
    cache.updateSnapshot('fleet', { upsert: [staticCluster('b')] })
    t.match((await client.next()).resources, [{ name: 'b' }], 'the stream goes on')
  })
}
