// A connection whose client vanished: the server still sends into it, and the client is back on another connection.

import t, { type Test } from 'tap'
import { CLUSTER } from '../../xds-server/index.ts'
import type { ClientState } from '../support/client-state.ts'
import { nextEvent, startServer } from '../support/conformance.ts'
import { startHalfOpenRelay } from '../support/half-open-relay.ts'
import { staticCluster } from '../support/resources.ts'
import { VARIANTS, type Variant, WireClient } from '../support/wire-client.ts'
import { connectTo } from '../support/xds-client.ts'

/** A client that ACKed a snapshot and vanished, a newer snapshot that its stream cannot ACK, and a way to connect again. */
async function startWithVanished(t: Test, variant: Variant) {
  const { cache, server } = await startServer(t)
  const relay = await startHalfOpenRelay(t, server.address)
  cache.setSnapshot('fleet', [staticCluster('a', 1)])
  /** Resolves when the server has the client's ACK. With a state, the client continues; without one it is new. */
  const connectAndAck = async (address: string, state?: ClientState) => {
    const client = new WireClient({ channel: connectTo(t, address), variant, ...(state && { state }) })
    t.teardown(() => client.close())
    const acked = nextEvent(cache, ({ kind }) => kind === 'acked')
    if (state) client.reconnect()
    else client.subscribe(CLUSTER)
    await client.take(CLUSTER)
    await acked
    return client
  }
  const { state } = await connectAndAck(relay.address)
  relay.vanish()
  cache.setSnapshot('fleet', [staticCluster('a', 2)])
  t.match(cache.status('fleet'), [{ state: 'STALE' }])
  return { cache, relay, state, connectAndAck: (own?: ClientState) => connectAndAck(server.address, own) }
}

for (const variant of VARIANTS) {
  t.test(
    `X47: a half-open stream holds no node back that ACKs on a new one (${variant.title})`,
    async (t) => {
      const { cache, relay, state, connectAndAck } = await startWithVanished(t, variant)
      const report = cache.synced('fleet')
      await connectAndAck(state)
      t.equal((await report).outcome, 'synced')
      const [node] = cache.status('fleet')
      t.match(node, { state: 'SYNCED', streams: [{ replaced: true, pending: [{}] }, { pending: [] }] })
      const closed = nextEvent(cache, ({ kind }) => kind === 'closed')
      relay.giveUp()
      await closed
      const [after] = cache.status('fleet')
      t.match(after, { state: 'SYNCED', streams: [{ state: 'SYNCED' }] })
      t.notOk(after?.left, 'it did not leave with an unanswered response')
    },
  )

  t.test(`X47: a half-open stream counts beside a client that is new (${variant.title})`, async (t) => {
    const { cache, relay, connectAndAck } = await startWithVanished(t, variant)
    await connectAndAck()
    t.match(cache.status('fleet'), [
      {
        state: 'STALE',
        streams: [
          { state: 'STALE', pending: [{}] },
          { state: 'SYNCED', pending: [] },
        ],
      },
    ])
    const report = cache.synced('fleet')
    relay.giveUp()
    t.equal((await report).outcome, 'synced', 'until it ends')
  })
}
