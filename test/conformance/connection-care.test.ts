// Connections that end on the server's initiative: by their age, by a graceful close, and by an operator. Clients lose nothing.

import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { ServerCredentials, status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { splitAddress } from '../../core/host-and-port.ts'
import { servingOf } from '../../xds-server/cache/snapshot-cache.ts'
import {
  CLUSTER,
  LoadReports,
  SnapshotCache,
  startXdsServer,
  type XdsEvent,
  type XdsServerOptions,
} from '../../xds-server/index.ts'
import { startBalancingRelay } from '../support/balancing-relay.ts'
import { selfSignedCertificate } from '../support/certificates.ts'
import { nextEvent } from '../support/conformance.ts'
import { startCountingRelay } from '../support/counting-relay.ts'
import { LoadClient } from '../support/load-client.ts'
import { staticCluster } from '../support/resources.ts'
import { TelemetryClient } from '../support/telemetry-client.ts'
import { connectTo, DeltaClient, nodeOf, SotwClient } from '../support/xds-client.ts'

/** Longer than any test: what waits for it would fail the test. */
const LONG_MS = 600_000
/** Time enough for streams to begin and to be served, also on a busy machine. */
const AGE_MS = 3_000

async function start(t: Test, options: Partial<XdsServerOptions> = {}) {
  const cache = new SnapshotCache()
  const closed: (XdsEvent & { readonly kind: 'closed' })[] = []
  cache.onEvent((event) => {
    if (event.kind === 'closed') closed.push(event)
  })
  cache.setSnapshot('fleet', [staticCluster('a')])
  const server = await startXdsServer({ cache, address: '127.0.0.1:0', ...options })
  t.teardown(() => server.close())
  return { cache, server, closed }
}

/** Resolves when no stream is open. */
async function untilEmpty(cache: SnapshotCache): Promise<void> {
  while (servingOf(cache).watchCount > 0) await nextEvent(cache, ({ kind }) => kind === 'closed')
}

/** A client that has subscribed to all clusters; its first response is not answered yet. */
async function subscribed(
  channel: ReturnType<typeof connectTo>,
  id: string,
  protocol: 'sotw' | 'delta' = 'delta',
) {
  const client = protocol === 'sotw' ? new SotwClient(channel) : new DeltaClient(channel)
  client.send({ node: nodeOf(id), typeUrl: CLUSTER })
  const response = await client.next()
  return { client, raw: client.raw, ack: () => client.ack(response as never) }
}

type Subscribed = Awaited<ReturnType<typeof subscribed>>

t.test(
  'X81: an old connection gets GOAWAY, and each stream ends with OK when its client has answered',
  async (t) => {
    await Promise.all(
      (['sotw', 'delta'] as const).map(async (protocol) => {
        const maxConnectionAge = { timeMs: AGE_MS, graceMs: LONG_MS }
        const { cache, server, closed } = await start(t, { maxConnectionAge })
        const relay = await startCountingRelay(t, server.address)
        const channel = connectTo(t, relay.address)
        const both = ['slow', 'quick'].map((id) => subscribed(channel, id, protocol))
        const [slow, quick] = (await Promise.all(both)) as [Subscribed, Subscribed]
        t.equal(relay.opened(), 1, 'both streams share a connection')
        quick.ack()
        t.equal((await quick.raw.ended).code, status.OK)
        t.equal(servingOf(cache).watchCount, 1, 'the other one waits for its answer')
        const next = await subscribed(channel, 'next', protocol)
        t.equal(relay.opened(), 2, 'a new stream has a new connection')
        next.client.close()
        slow.ack()
        t.equal((await slow.raw.ended).code, status.OK)
        t.match(
          closed.filter(({ node }) => node !== 'next'),
          [
            { node: 'quick', reason: 'age', pending: [] },
            { node: 'slow', reason: 'age', pending: [] },
          ],
          protocol,
        )
      }),
    )
  },
)

t.test('X81: pushes that come faster than answers do not keep an old stream open', async (t) => {
  await Promise.all(
    (['sotw', 'delta'] as const).map(async (protocol) => {
      const { cache, server } = await start(t, { maxConnectionAge: { timeMs: 500, graceMs: LONG_MS } })
      const { client, raw, ack } = await subscribed(connectTo(t, server.address), 'n', protocol)
      const push = (version: number) => cache.setSnapshot('fleet', [staticCluster('a', version)])
      const follow = async (): Promise<never> => {
        push(2)
        ack()
        for (let version = 3; ; version += 1) {
          const response = await client.next()
          push(version)
          client.ack(response as never)
        }
      }
      const { code } = await Promise.race([raw.ended, follow()])
      t.equal(code, status.OK, protocol)
    }),
  )
})

t.test('X82: an old connection ends after its grace, whatever its client has not answered', async (t) => {
  const { cache, server, closed } = await start(t, { maxConnectionAge: { timeMs: AGE_MS, graceMs: 1 } })
  const silent = await subscribed(connectTo(t, server.address), 'silent')
  t.not((await silent.raw.ended).code, status.OK)
  await untilEmpty(cache)
  t.match(closed, [{ node: 'silent', reason: 'age', pending: [{ typeUrl: CLUSTER }] }])
})

t.test('X81: without a greatest age, connections stay', async (t) => {
  const { cache, server } = await start(t)
  const relay = await startCountingRelay(t, server.address)
  const { client, raw, ack } = await subscribed(connectTo(t, relay.address), 'n')
  ack()
  cache.setSnapshot('fleet', [staticCluster('a', 2)])
  await client.next()
  t.equal(raw.queued, 0)
  t.equal(relay.opened(), 1)
})

t.test(
  'X81: a new replica gets its share of sixty clients, which lose nothing and are sent nothing twice',
  async (t) => {
    const content = [staticCluster('a')]
    const replicas = await Promise.all(
      [0, 1].map(() => start(t, { maxConnectionAge: { timeMs: 1_000, graceMs: LONG_MS } })),
    )
    const [first, second] = replicas
    if (first === undefined || second === undefined) return t.fail('two replicas are needed')
    for (const { cache } of replicas) cache.setSnapshot('fleet', content)
    const relay = await startBalancingRelay(t, first.server.address)
    let isOver = false
    let resent = 0
    const follow = async (id: string) => {
      const channel = connectTo(t, relay.address)
      let versions: Record<string, string> = {}
      while (!isOver) {
        const client = new DeltaClient(channel)
        t.teardown(() => client.close())
        client.send({ node: nodeOf(id), typeUrl: CLUSTER, initialResourceVersions: versions })
        if (Object.keys(versions).length > 0) {
          const { code } = await client.raw.ended
          if (!isOver && code !== status.OK) t.fail(`a stream of ${id} ended with ${code}`)
          resent += client.raw.queued
        } else {
          const response = await client.next()
          client.ack(response)
          versions = Object.fromEntries(response.resources.map(({ name, version }) => [name, version]))
          await client.raw.ended
        }
      }
    }
    const clients = Array.from({ length: 60 }, (_, index) => follow(`n${index}`))
    while (servingOf(first.cache).watchCount < 60)
      await nextEvent(first.cache, ({ kind }) => kind === 'opened')
    relay.add(second.server.address)
    // The relay takes turns: when as many connections have begun anew as there are clients, half of them are at the new replica.
    while (servingOf(second.cache).watchCount < 20)
      await nextEvent(second.cache, ({ kind }) => kind === 'opened')
    t.ok(servingOf(second.cache).watchCount >= 20, 'the new replica has a third of the clients at least')
    isOver = true
    await Promise.all(replicas.map(({ server }) => server.close()))
    await Promise.all(clients)
    t.equal(resent, 0, 'a client that reports what it has is sent nothing')
  },
)

t.test(
  'X83: a graceful close ends streams when their clients have answered, and accepts no new connections',
  async (t) => {
    const { cache, server, closed } = await start(t)
    const channel = connectTo(t, server.address)
    const slow = await subscribed(channel, 'slow')
    const quick = await Promise.all(
      Array.from({ length: 20 }, (_, index) => subscribed(channel, `n${index}`)),
    )
    for (const { ack } of quick) ack()
    let isClosed = false
    const close = server.close({ graceMs: LONG_MS }).then(() => {
      isClosed = true
    })
    const codes = await Promise.all(quick.map(async ({ raw }) => (await raw.ended).code))
    t.strictSame(new Set(codes), new Set([status.OK]))
    const late = new DeltaClient(connectTo(t, server.address))
    t.equal((await late.raw.ended).code, status.UNAVAILABLE, 'nobody listens')
    t.notOk(isClosed, 'it waits for the slow client')
    t.equal(servingOf(cache).watchCount, 1)
    slow.ack()
    t.equal((await slow.raw.ended).code, status.OK)
    await close
    t.equal(closed.length, 21)
    t.ok(closed.every(({ reason, pending }) => reason === 'shutdown' && pending.length === 0))
  },
)

t.test(
  'X83: a graceful close ends by force after its grace, or when another close does not wait',
  async (t) => {
    for (const again of [false, true]) {
      const { cache, server, closed } = await start(t)
      const silent = await subscribed(connectTo(t, server.address), 'silent')
      const close = server.close({ graceMs: again ? LONG_MS : 200 })
      if (again) await server.close()
      await close
      t.not((await silent.raw.ended).code, status.OK)
      await untilEmpty(cache)
      t.match(closed, [{ reason: 'shutdown', pending: [{ typeUrl: CLUSTER }] }])
    }
  },
)

t.test('X83: a close without a grace ends everything at once', async (t) => {
  const { cache, server, closed } = await start(t)
  const { raw, ack } = await subscribed(connectTo(t, server.address), 'n')
  ack()
  await server.close()
  t.not((await raw.ended).code, status.OK)
  await untilEmpty(cache)
  t.match(closed, [{ reason: 'shutdown' }])
})

t.test('X84: all streams of one node end, and those of others go on', async (t) => {
  const loadReports = new LoadReports()
  const path = '/made.up.Service/Stream'
  let ends = 0
  let onOpen = () => {}
  const opened = new Promise<void>((resolve) => {
    onOpen = resolve
  })
  const open = () => {
    onOpen()
    return {
      take: () => {},
      close: () => {
        ends += 1
      },
    }
  }
  const telemetry = [{ path, open }]
  const { cache, server, closed } = await start(t, { loadReports, telemetry })
  const channel = connectTo(t, server.address)
  const [one, unanswered, other] = await Promise.all(['n1', 'n1', 'n2'].map((id) => subscribed(channel, id)))
  const load = new LoadClient(channel)
  load.send({ node: nodeOf('n1') })
  await load.next()
  const told = new TelemetryClient(channel, path)
  told.introduce('n1')
  await opened
  one?.ack()
  other?.ack()
  while (servingOf(cache).nodeStatus('fleet', 'n2').state !== 'SYNCED')
    await nextEvent(cache, ({ kind }) => kind === 'acked')
  t.equal(server.disconnect('elsewhere', 'n1') + server.disconnect('fleet', 'n3'), 0, 'nobody is that')
  t.equal(server.disconnect('fleet', 'n1'), 4)
  const streams = [one?.raw, unanswered?.raw, load.raw, told.raw]
  t.strictSame(await Promise.all(streams.map(async (raw) => (await raw?.ended)?.code)), [0, 0, 0, 0])
  t.equal(ends, 1, 'the receiver of telemetry knows')
  t.match(closed, [
    { node: 'n1', reason: 'disconnected' },
    { node: 'n1', reason: 'disconnected' },
  ])
  t.equal(server.disconnect('fleet', 'n1'), 0)
  const again = await subscribed(channel, 'n1')
  again.ack()
  cache.setSnapshot('fleet', [staticCluster('a', 2)])
  await Promise.all([other?.client.next(), again.client.next()])
  t.pass('both nodes are served')
})

t.test(
  'X84: the streams of a node may be ended as soon as they open, and nothing of them is left',
  async (t) => {
    const loadReports = new LoadReports()
    const path = '/made.up.Service/Stream'
    let ends = 0
    const end = () => {
      server.disconnect('fleet', 'n1')
    }
    const open = () => {
      end()
      return {
        take: () => t.fail('its stream has ended'),
        close: () => {
          ends += 1
        },
      }
    }
    const { cache, server, closed } = await start(t, { loadReports, telemetry: [{ path, open }] })
    const loads: string[] = []
    loadReports.onEvent(({ kind }) => {
      loads.push(kind)
      if (kind === 'opened') end()
    })
    cache.onEvent(({ kind }) => {
      if (kind === 'opened') end()
    })
    const channel = connectTo(t, server.address)
    const client = new DeltaClient(channel)
    client.send({ node: nodeOf('n1'), typeUrl: CLUSTER })
    const load = new LoadClient(channel)
    load.send({ node: nodeOf('n1') })
    const told = new TelemetryClient(channel, path)
    told.introduce('n1')
    const streams = [client.raw, load.raw, told.raw]
    t.strictSame(await Promise.all(streams.map(async (raw) => (await raw.ended).code)), [0, 0, 0])
    t.match(closed, [{ node: 'n1', reason: 'disconnected', pending: [] }])
    t.equal(servingOf(cache).watchCount, 0)
    t.equal(cache.nodeStatus('fleet', 'n1').connected, false)
    t.strictSame(loads, ['opened', 'closed'])
    t.equal(ends, 1)
  },
)

t.test(
  'X83: a connection whose handshake of TLS ends after the close has begun does not hold it',
  async (t) => {
    const { certificate, key } = await selfSignedCertificate()
    const pair = { cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) }
    const { server } = await start(t, { credentials: ServerCredentials.createSsl(null, [pair]) })
    const { port } = splitAddress(server.address) ?? {}
    const slow = connectTcp(Number(port), '127.0.0.1')
    t.teardown(() => slow.destroy())
    await once(slow, 'connect')
    const trust = { ca: certificate, servername: 'localhost', ALPNProtocols: ['h2'] }
    // The server accepts connections in their order, so it has the slow one when it has shaken hands with this one.
    const quick = connectTls({ ...trust, port: Number(port), host: '127.0.0.1' })
    await once(quick, 'secureConnect')
    quick.destroy()
    const close = server.close({ graceMs: LONG_MS })
    const session = connectHttp2('http://localhost', {
      createConnection: () => connectTls({ ...trust, socket: slow }),
    })
    t.teardown(() => session.destroy())
    session.on('error', () => {})
    await close
    t.pass('it has ended')
  },
)
