// Requests that answer a response: which of them are stale, and what a NACK changes in later responses.

import { CLUSTER, ENDPOINT } from '../../xds-server/index.ts'
import { namesIn } from '../support/client-state.ts'
import { conform, everywhere, inDelta, inSotw } from '../support/conformance.ts'
import { assignment, badCluster, cluster } from '../support/resources.ts'

const TWO = [cluster('a'), cluster('b'), assignment('a', 1), assignment('b', 1)]

conform(
  'X1: a stale request is ignored, and a second response waits for the answer to the first',
  inSotw,
  async (t, { client, serve, untaken }) => {
    serve(...TWO)
    client.subscribe(ENDPOINT, 'a')
    const first = await client.next(ENDPOINT)
    client.send({ ...client.state.subscribe(ENDPOINT, ['b']), responseNonce: 'stale' })
    serve(...TWO.slice(0, 2), assignment('a', 2), assignment('b', 2))
    t.same(await untaken(), [], 'neither the new name nor the new content')
    client.answer(first)
    t.same(namesIn(await client.take(ENDPOINT)), ['a', 'b'], 'both, after the answer names them')
    t.same(await untaken(), [])
  },
)

conform(
  'X1: a name that a stale request leaves out is sent again when the next answer lists it',
  inSotw,
  async (t, { client, serve, untaken }) => {
    serve(...TWO)
    client.subscribe(ENDPOINT, 'a', 'b')
    const first = await client.take(ENDPOINT)
    serve(...TWO.slice(0, 2), assignment('a', 2), assignment('b', 1))
    const second = await client.next(ENDPOINT)
    t.same(namesIn(second), ['a'])
    client.send({ ...client.state.unsubscribe(ENDPOINT, ['b']), responseNonce: first.nonce })
    client.state.subscribe(ENDPOINT, ['b'])
    client.answer(second)
    t.same(namesIn(await client.take(ENDPOINT)), ['b'])
    t.same(await untaken(), [])
  },
)

conform(
  'X2: a stale request still subscribes and unsubscribes',
  inDelta,
  async (t, { client, serve, untaken }) => {
    serve(...TWO)
    client.subscribe(ENDPOINT, 'a')
    await client.take(ENDPOINT)
    client.send({ ...client.state.change(ENDPOINT, ['b'], ['a']), responseNonce: 'stale' })
    t.same(namesIn(await client.take(ENDPOINT)), ['b'])
    serve(...TWO.slice(0, 2), assignment('a', 2), assignment('b', 2))
    t.same(namesIn(await client.take(ENDPOINT)), ['b'])
    t.same(await untaken(), [])
  },
)

conform(
  'X3: with the nonce of an old stream, the first request on a new stream is not stale',
  everywhere,
  async (t, { client, serve }) => {
    serve(...TWO)
    client.subscribe(ENDPOINT, 'a')
    const { nonce } = await client.take(ENDPOINT)
    serve(...TWO.slice(0, 2), assignment('a', 2))
    client.reconnect(nonce)
    t.same(namesIn(await client.take(ENDPOINT)), ['a'])
  },
)

conform('X4: only error_detail makes a NACK, and a NACK may subscribe', everywhere, async (t, session) => {
  const { client, serve, events, untaken } = session
  serve(...TWO)
  client.subscribe(ENDPOINT, 'a')
  const first = await client.next(ENDPOINT)
  const errorDetail = { code: 3, message: 'no such locality' }
  client.send({ ...client.state.change(ENDPOINT, ['b'], []), responseNonce: first.nonce, errorDetail })
  const second = await client.next(ENDPOINT)
  t.same(namesIn(second), ['b'], 'the new name, and nothing of the NACKed response')
  client.send({ ...client.state.answer(second), versionInfo: 'an old version' })
  await untaken()
  const answers = events.filter(({ kind }) => kind === 'acked' || kind === 'nacked')
  t.match(answers, [
    { kind: 'nacked', nonce: first.nonce, nack: errorDetail },
    { kind: 'acked', nonce: second.nonce },
  ])
})

conform('X5: a client that NACKs everything receives each content once', everywhere, async (t, session) => {
  const { client, serve, untaken } = session
  client.subscribe(CLUSTER)
  for (const content of [1, 2, 3, 4]) {
    serve(cluster('a', content))
    const nacked = await client.take(CLUSTER, 'never')
    t.same(namesIn(nacked), ['a'])
    serve(cluster('a', content), assignment('a', content))
    t.same(await untaken(), [], 'not again, although something else has changed')
  }
})

conform('X6: a rollback sends the resources of a NACKed response again', everywhere, async (t, session) => {
  const { client, serve, untaken } = session
  serve(cluster('a', 1))
  client.subscribe(CLUSTER)
  const before = await client.take(CLUSTER)
  serve(cluster('a', 2), badCluster('bad'))
  await client.take(CLUSTER, 'the ring is too small')
  serve(cluster('a', 1))
  const after = await client.take(CLUSTER)
  t.same(after.resources, before.resources, 'although the client has ACKed this version before')
  t.same(await untaken(), [])
})

conform('X6: a NACK still counts after a reconnect', everywhere, async (t, session) => {
  const { client, serve, untaken } = session
  serve(cluster('a', 1))
  client.subscribe(CLUSTER)
  const before = await client.take(CLUSTER)
  serve(cluster('a', 2), badCluster('bad'))
  await client.take(CLUSTER, 'the ring is too small')
  await untaken()
  serve(cluster('a', 1))
  client.reconnect()
  t.same((await client.take(CLUSTER)).resources, before.resources, 'although the client reports this version')
  t.same(await untaken(), [])
  client.reconnect()
  t.same(await untaken(), [], 'after the ACK no resource is unconfirmed')
})
