// The option `onDemand`: what it is asked for, and when the client learns that a name does not exist.

import t, { type Test } from 'tap'
import { CLUSTER, SnapshotCache, startXdsServer, type XdsEvent } from '../../xds-server/index.ts'
import type { OnDemand } from '../../xds-server/services/lookups.ts'
import { staticCluster } from '../support/resources.ts'
import { connectTo, DeltaClient, nodeOf } from '../support/xds-client.ts'

/** Resolves with the next event of a kind. */
function nextOf(cache: SnapshotCache, kind: XdsEvent['kind']): Promise<XdsEvent> {
  return new Promise((resolve) => {
    const stop = cache.onEvent((event) => {
      if (event.kind !== kind) return
      stop()
      resolve(event)
    })
  })
}

async function start(t: Test, onDemand: (cache: SnapshotCache) => OnDemand, onDemandTimeoutMs?: number) {
  const cache = new SnapshotCache()
  cache.setSnapshot('fleet', [staticCluster('a')])
  const server = await startXdsServer({
    cache,
    address: '127.0.0.1:0',
    onDemand: onDemand(cache),
    ...(onDemandTimeoutMs !== undefined && { onDemandTimeoutMs }),
  })
  t.teardown(() => server.close())
  const client = new DeltaClient(connectTo(t, server.address))
  const ask = (...names: string[]) =>
    client.send({ node: nodeOf('n1'), typeUrl: CLUSTER, resourceNamesSubscribe: names })
  const next = async () => {
    const response = await client.next()
    client.ack(response)
    return [
      ...response.resources.map(({ name }) => name),
      ...response.removedResources.map((name) => `-${name}`),
    ]
  }
  return { cache, ask, next }
}

t.test('X64: what it makes is sent, and the other names are removed when its promise settles', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const asked: unknown[] = []
  const { ask, next } = await start(t, (cache) => async ({ node, group, typeUrl, names }) => {
    asked.push([node.id, group, typeUrl, names])
    cache.updateSnapshot(group, { upsert: [staticCluster('made')] })
    await promise
  })
  ask('a', 'made', 'absent')
  t.same(await next(), ['a'], 'what exists does not wait')
  t.same(await next(), ['made'])
  t.same(asked, [['n1', 'fleet', CLUSTER, ['made', 'absent']]])
  resolve()
  t.same(await next(), ['-absent'])
})

t.test('X64: a lookup that never ends counts as over after the time limit', async (t) => {
  const { ask, next } = await start(t, () => () => new Promise<void>(() => {}), 10)
  ask('absent')
  t.same(await next(), ['-absent'])
})

for (const [how, onDemand] of [
  [
    'throws',
    () => {
      throw new Error('no database')
    },
  ],
  ['rejects', () => Promise.reject(new Error('no database'))],
] as const) {
  t.test(`X64: if it ${how}, an event says so and the client is answered`, async (t) => {
    const { cache, ask, next } = await start(t, () => onDemand)
    const fault = nextOf(cache, 'fault')
    ask('absent')
    t.match(await fault, { source: 'onDemand', message: /no database/ })
    t.same(await next(), ['-absent'])
  })
}

t.test('X64: a lookup whose stream has ended is forgotten', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const began = Promise.withResolvers<void>()
  const cache = new SnapshotCache()
  const server = await startXdsServer({
    cache,
    address: '127.0.0.1:0',
    onDemand: () => {
      began.resolve()
      return promise
    },
  })
  t.teardown(() => server.close())
  const client = new DeltaClient(connectTo(t, server.address))
  client.send({ node: nodeOf('n1'), typeUrl: CLUSTER, resourceNamesSubscribe: ['absent'] })
  await began.promise
  const closed = nextOf(cache, 'closed')
  client.close()
  await closed
  resolve()
  await promise
  t.equal(cache.nodeStatus('fleet', 'n1').connected, false)
})
