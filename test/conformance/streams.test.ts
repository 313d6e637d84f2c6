// Many streams, slow streams, dead streams and long requests, as in large fleets.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Client, credentials } from '@grpc/grpc-js'
import t from 'tap'
import { servingOf } from '../../xds-server/cache/snapshot-cache.ts'
import { CLUSTER, ENDPOINT, type SnapshotCache } from '../../xds-server/index.ts'
import { nextEvent, startServer } from '../support/conformance.ts'
import { socketPath } from '../support/open-backend.ts'
import { assignment, secret, staticCluster } from '../support/resources.ts'
import { connectTo, DeltaClient, nodeOf, type RawStream, SotwClient } from '../support/xds-client.ts'

/** Resolves once no stream is open. */
async function untilClosed(cache: SnapshotCache): Promise<void> {
  while (servingOf(cache).watchCount > 0) await nextEvent(cache, ({ kind }) => kind === 'closed')
}

t.test(
  'X34: a thousand streams that connect at once are all served, also after a restart and after a change',
  async (t) => {
    const content = Array.from({ length: 100 }, (_, index) => staticCluster(`c${index}`))
    const first = await startServer(t)
    first.cache.setSnapshot('fleet', content)
    const open = (address: string) => {
      const channels = Array.from({ length: 10 }, () => connectTo(t, address))
      const clients = channels.flatMap((channel) =>
        Array.from({ length: 100 }, () => new DeltaClient(channel)),
      )
      clients.forEach((client, index) => {
        client.send({ node: nodeOf(`n${index}`), typeUrl: CLUSTER })
      })
      return clients
    }
    const served = async (clients: readonly DeltaClient[]) => {
      const responses = await Promise.all(clients.map((client) => client.next()))
      responses.forEach((response, index) => {
        clients[index]?.ack(response)
      })
      return new Set(responses.map(({ resources }) => resources.length))
    }
    t.strictSame(await served(open(first.server.address)), new Set([100]))
    t.equal((await first.cache.synced('fleet')).nodes.length, 1000)
    await first.server.close()
    await untilClosed(first.cache)

    const second = await startServer(t)
    second.cache.setSnapshot('fleet', content)
    const clients = open(second.server.address)
    t.strictSame(await served(clients), new Set([100]))
    second.cache.updateSnapshot('fleet', { upsert: [staticCluster('c0', 2000)] })
    t.strictSame(await served(clients), new Set([1]))
    t.equal((await second.cache.synced('fleet')).outcome, 'synced')
  },
)

/** Bytes in use after garbage collection. Buffers are freed one turn of the event loop after they are collected. */
async function usedBytes(): Promise<number> {
  setFlagsFromString('--expose-gc')
  for (let round = 0; round < 3; round += 1) {
    runInNewContext('gc')()
    await setImmediate()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

for (const protocol of ['sotw', 'delta'] as const) {
  t.test(
    `X35: a client that stops reading costs no memory, and then gets only the newest content (${protocol})`,
    async (t) => {
      const { cache, server } = await startServer(t, { address: `unix:${await socketPath(t)}` })
      const client = new (protocol === 'sotw' ? SotwClient : DeltaClient)(connectTo(t, server.address))
      const serve = (change: number) => {
        cache.setSnapshot('fleet', [secret('s', `${change} ${'x'.repeat(200_000)}`)])
      }
      serve(0)
      const typeUrl = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret'
      const request = { node: nodeOf('n'), typeUrl, resourceNames: ['s'], resourceNamesSubscribe: ['s'] }
      client.send(request)
      const { nonce } = await client.next()
      client.raw.pause()
      const acked = nextEvent(cache, ({ kind }) => kind === 'acked')
      client.send({ typeUrl, responseNonce: nonce, resourceNames: ['s'] })
      await acked
      let sent = 0
      cache.onEvent(({ kind }) => {
        if (kind === 'sent') sent += 1
      })
      for (let change = 1; change <= 50; change += 1) serve(change)
      const [sentAtFirst, usedAtFirst] = [sent, await usedBytes()]
      for (let change = 51; change <= 500; change += 1) serve(change)
      t.equal(sent, sentAtFirst, 'no further response is written to it')
      const grown = (await usedBytes()) - usedAtFirst
      t.ok(grown < 20_000_000, `450 changes of 200 kB cost ${grown} bytes`)

      client.raw.resume()
      for (let received = 0; ; received += 1) {
        const response = await client.next()
        const [resource] = response.resources
        const content = resource && ('value' in resource ? resource.value : resource.resource?.value)
        if (Buffer.from(content ?? []).includes('500 x')) {
          t.ok(received <= 2, `${received} older responses were in flight`)
          break
        }
        client.send({ typeUrl, responseNonce: response.nonce, resourceNames: ['s'] })
      }
      client.close()
    },
  )
}

/** Each opens a stream, waits for a response, and ends the stream in a different way. */
const ENDINGS: Readonly<Record<string, (channel: Client) => Promise<unknown>>> = {
  cancelled: async (channel) => {
    const stream = await servedStream(channel)
    stream.close()
    return stream.ended
  },
  'half-closed': async (channel) => {
    const stream = await servedStream(channel)
    stream.end()
    return stream.ended
  },
  rejected: async (channel) => {
    const stream = await servedStream(channel)
    stream.send(Buffer.from('ffffffff', 'hex'))
    return stream.ended
  },
}

async function servedStream(channel: Client): Promise<RawStream> {
  const client = new DeltaClient(channel)
  client.send({ node: nodeOf('n'), typeUrl: CLUSTER })
  await client.next()
  return client.raw
}

t.test('X36: ten thousand streams that end in every way leave nothing behind', async (t) => {
  const { cache, server } = await startServer(t)
  cache.setSnapshot('fleet', [staticCluster('a')])
  let opened = 0
  cache.onEvent(({ kind }) => {
    if (kind === 'opened') opened += 1
  })
  for (const end of Object.values(ENDINGS)) {
    for (let batch = 0; batch < 32; batch += 1) {
      // Node ends a connection with more than a thousand resets (CVE-2023-44487).
      const channel = connectTo(t, server.address)
      await Promise.all(Array.from({ length: 100 }, () => end(channel)))
    }
  }
  // Connections with a hundred streams each, destroyed without GOAWAY.
  for (let connection = 0; connection < 4; connection += 1) {
    const own = connectTo(t, server.address)
    const streams = await Promise.all(Array.from({ length: 100 }, () => servedStream(own)))
    own.close()
    for (const stream of streams) stream.close()
  }
  await untilClosed(cache)
  t.equal(opened, 10_000)
  t.equal(servingOf(cache).watchCount, 0)
  t.match(cache.status('fleet'), [{ id: 'n', connected: false, streams: [] }], 'all were streams of one node')
  t.equal(
    cache.setSnapshot('fleet', [staticCluster('b')]).types.get(CLUSTER)?.list.length,
    1,
    'and no client is notified',
  )
})

t.test(
  'X37: fifty thousand names in one request are answered in parts below the default limit of gRPC clients',
  async (t) => {
    const { cache, server } = await startServer(t)
    const names = Array.from({ length: 50_000 }, (_, index) => `cluster-with-a-rather-long-name-${index}`)
    cache.setSnapshot(
      'fleet',
      names.map((name, index) => assignment(name, 1 + (index % 60_000))),
    )
    const channel = new Client(server.address, credentials.createInsecure())
    t.teardown(() => channel.close())
    const client = new DeltaClient(channel)
    const versions = Object.fromEntries(names.map((name) => [name, 'of an earlier version']))
    client.send({
      node: nodeOf('n'),
      typeUrl: ENDPOINT,
      resourceNamesSubscribe: names,
      initialResourceVersions: versions,
    })
    const received = new Set<string>()
    let parts = 0
    while (received.size < names.length) {
      const response = await client.next()
      parts += 1
      for (const { name } of response.resources) received.add(name)
      client.ack(response)
    }
    t.ok(parts > 1, `in ${parts} parts`)
    t.equal((await cache.synced('fleet')).outcome, 'synced', 'all parts are ACKed')
    client.close()
  },
)

/** A client in a separate process, so that a test can freeze it. */
const CLIENT = `
import { connectTo, DeltaClient, nodeOf } from '${new URL('../support/xds-client.ts', import.meta.url)}'
const client = new DeltaClient(connectTo({ teardown() {} }, process.argv[1]))
client.send({ node: nodeOf('stopped'), typeUrl: '${CLUSTER}' })
await client.next()
console.log('served')
`

t.test('X38: a peer that stops answering pings is dropped', async (t) => {
  // Until it is frozen, the client has to answer in time, also on a busy machine.
  const { cache, server } = await startServer(t, { keepalive: { timeMs: 100, timeoutMs: 5_000 } })
  cache.setSnapshot('fleet', [staticCluster('a')])
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', CLIENT, server.address], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  await once(createInterface({ input: child.stdout }), 'line')
  t.equal(servingOf(cache).watchCount, 1)
  const dropped = nextEvent(cache, ({ kind }) => kind === 'closed')
  child.kill('SIGSTOP')
  t.match(await dropped, { node: 'stopped' })
  t.equal(servingOf(cache).watchCount, 0)
})

t.test('X38: a server whose event loop is late drops nobody who answers pings', async (t) => {
  const { cache, server } = await startServer(t, { keepalive: { timeMs: 50, timeoutMs: 100 } })
  cache.setSnapshot('fleet', [staticCluster('a')])
  const client = new DeltaClient(connectTo(t, server.address))
  client.send({ node: nodeOf('waiting'), typeUrl: CLUSTER })
  client.ack(await client.next())
  // Each turn of the loop is longer than both together, so the ping of a turn is answered in a later one.
  for (let turn = 0; turn < 8; turn += 1) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
    await setImmediate()
  }
  cache.setSnapshot('fleet', [staticCluster('b')])
  t.match((await client.next()).resources, [{ name: 'b' }])
  t.equal(servingOf(cache).watchCount, 1, 'the stream has not ended')
})
