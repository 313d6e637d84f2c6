// Clients that do not answer: who waits for them can see it, a server can end their streams, and one that left may have crashed.

import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { CLUSTER, LISTENER, type XdsEvent, type XdsServerOptions } from '../../xds-server/index.ts'
import { nextEvent, startServer } from '../support/conformance.ts'
import { staticCluster, tcpListener } from '../support/resources.ts'
import { connectTo, DeltaClient, nodeOf, SotwClient } from '../support/xds-client.ts'

/** An honest client answers sooner, also on a busy machine. */
const ANSWER_MS = 2_000

async function start(t: Test, options: Partial<XdsServerOptions> = {}) {
  const { cache, server } = await startServer(t, options)
  cache.setSnapshot('fleet', [staticCluster('a')])
  const open = (id: string, typeUrl = CLUSTER) => {
    const client = new DeltaClient(connectTo(t, server.address))
    t.teardown(() => client.close())
    client.send({ node: nodeOf(id), typeUrl })
    return client
  }
  return { cache, server, open }
}

t.test(
  'a response that holds later ones back is in the status, with the time when it was sent',
  async (t) => {
    const before = new Date().toISOString()
    const { cache, open } = await start(t)
    const client = open('n')
    client.ack(await client.next())
    client.send({ typeUrl: LISTENER })
    const listening = nextEvent(cache, (event) => event.kind === 'acked' && event.typeUrl === LISTENER)
    client.ack(await client.next())
    await listening
    cache.setSnapshot('fleet', [staticCluster('a', 2), tcpListener('l', 1, 'a')])
    const { nonce, systemVersionInfo } = await client.next()
    const [node] = cache.status('fleet')
    t.match(node, {
      types: { [CLUSTER]: { state: 'STALE' }, [LISTENER]: { state: 'NOT_SENT' } },
      streams: [
        { peer: /^127\.0\.0\.1:/, pending: [{ typeUrl: CLUSTER, nonce, version: systemVersionInfo }] },
      ],
    })
    const [stream] = node?.streams ?? []
    const times = [before, stream?.openedAt, stream?.pending[0]?.sentAt, new Date().toISOString()]
    t.same(times, times.toSorted(), 'the times are in this order')
    const acked = nextEvent(cache, ({ kind }) => kind === 'acked')
    client.send({ typeUrl: CLUSTER, responseNonce: nonce })
    await acked
    await client.next()
    t.match(cache.status('fleet')[0]?.streams, [{ pending: [{ typeUrl: LISTENER }] }])
  },
)

t.test('answerTimeoutMs ends a stream that does not answer, with an event, and no other', async (t) => {
  const { cache, open } = await start(t, { answerTimeoutMs: ANSWER_MS })
  const good = open('good')
  good.ack(await good.next())
  const events: XdsEvent[] = []
  cache.onEvent((event) => {
    if ('node' in event && event.node === 'silent') events.push(event)
  })
  const silent = open('silent')
  const { nonce } = await silent.next()
  const { code, details } = await silent.raw.ended
  t.equal(code, status.DEADLINE_EXCEEDED)
  t.match(details, `response ${nonce} `)
  t.match(details, `neither ACKed nor NACKed within ${ANSWER_MS} ms`)
  t.match(events.slice(-2), [
    { kind: 'overdue', typeUrl: CLUSTER, nonce, sentAt: /Z$/ },
    { kind: 'closed', pending: [{ nonce }] },
  ])
  cache.setSnapshot('fleet', [staticCluster('b')])
  t.match((await good.next()).resources, [{ name: 'b' }], 'the other one has answered, and goes on')
  t.equal((await good.raw.ended).code, status.DEADLINE_EXCEEDED, 'until it does not answer either')
})

t.test('without answerTimeoutMs nothing ends a stream that does not answer', async (t) => {
  const ended = await start(t, { answerTimeoutMs: 1 })
  const { open } = await start(t)
  const silent = open('silent')
  await silent.next()
  const other = ended.open('n')
  await other.raw.ended
  silent.send({ typeUrl: LISTENER })
  t.equal((await silent.next()).typeUrl, LISTENER)
})

t.test('a node that leaves on what it was served is reported, also in its last event', async (t) => {
  const { cache, open } = await start(t)
  const client = open('n')
  const acked = nextEvent(cache, ({ kind }) => kind === 'acked')
  client.ack(await client.next())
  await acked
  cache.updateSnapshot('fleet', { upsert: [staticCluster('deadly')] })
  const report = cache.synced('fleet')
  const closed = nextEvent(cache, ({ kind }) => kind === 'closed')
  const { nonce } = await client.next()
  client.close()
  const pending = [{ typeUrl: CLUSTER, nonce }]
  t.match(await report, {
    outcome: 'unverified',
    nodes: [],
    left: [{ id: 'n', connected: false, left: pending }],
  })
  t.match(await closed, { pending })
})

t.test('a node that leaves with everything answered is not reported', async (t) => {
  const { cache, open } = await start(t)
  const [client, other] = [open('n'), open('other')]
  const acked = nextEvent(cache, ({ kind }) => kind === 'acked')
  client.ack(await client.next())
  await acked
  await other.next()
  const report = cache.synced('fleet')
  const closed = nextEvent(cache, ({ kind }) => kind === 'closed')
  client.close()
  t.match(await closed, { pending: [] })
  other.close()
  t.match(await report, { outcome: 'unverified', left: [{ id: 'other' }] })
  t.equal((await report).left.length, 1)
})

t.test('a node that left and came back is waited for, and not reported', async (t) => {
  const { cache, open } = await start(t)
  const [client, other] = [open('n'), open('other')]
  await client.next()
  await other.next()
  const report = cache.synced('fleet')
  const closed = nextEvent(cache, ({ kind }) => kind === 'closed')
  client.close()
  await closed
  const again = open('n')
  again.ack(await again.next())
  t.equal(cache.status('fleet').length, 2)
  const acked = nextEvent(cache, ({ kind }) => kind === 'acked')
  other.send({ typeUrl: LISTENER })
  await other.next()
  await acked
  other.close()
  t.match(await report, { outcome: 'synced', left: [{ id: 'other' }] })
  t.equal((await report).left.length, 1)
})

/** A SotW client of all clusters with two unanswered responses. */
async function withTwoResponses(t: Test) {
  const { cache, server } = await start(t)
  const client = new SotwClient(connectTo(t, server.address))
  t.teardown(() => client.close())
  client.send({ node: nodeOf('n'), typeUrl: CLUSTER })
  client.ack(await client.next())
  await nextEvent(cache, ({ kind }) => kind === 'acked')
  const serve = async (change: number) => {
    cache.setSnapshot('fleet', [staticCluster('a', change)])
    return await client.next()
  }
  const responses = [await serve(2), await serve(3)] as const
  const nack = async ({ nonce }: { readonly nonce: string }) => {
    const nacked = nextEvent(cache, ({ kind }) => kind === 'nacked')
    client.send({ typeUrl: CLUSTER, responseNonce: nonce, errorDetail: { code: 13, message: 'no' } })
    await nacked
  }
  return { cache, client, responses, nack }
}

t.test(
  'X7: a NACK that Envoy kept back leaves the node UNKNOWN, and the next answer tells (sotw)',
  async (t) => {
    const { cache, client, responses, nack } = await withTwoResponses(t)
    await nack(responses[1])
    const { nodes, outcome } = await cache.synced('fleet', { signal: AbortSignal.abort() })
    t.equal(outcome, 'pending', 'it is neither a NACK nor an ACK')
    t.match(nodes, [
      { state: 'UNKNOWN', types: { [CLUSTER]: { state: 'UNKNOWN', nack: { message: 'no' } } } },
    ])
    const report = cache.synced('fleet')
    const again = await client.next()
    t.equal(again.versionInfo, responses[1].versionInfo, 'what may have been meant is sent once more')
    client.ack(again)
    t.equal((await report).outcome, 'synced')
  },
)

t.test('X7: a NACK counts if the earlier response was answered (sotw)', async (t) => {
  const { cache, responses, nack } = await withTwoResponses(t)
  await nack(responses[0])
  await nack(responses[1])
  t.equal((await cache.synced('fleet')).outcome, 'nacked')
})
