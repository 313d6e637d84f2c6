// What becomes of revisions, by what nodes answer: accepted, rejected, rolled back; and what is served meanwhile.

import t, { type Test } from 'tap'
import { AnsweringNode } from '../../test/support/answering-node.ts'
import { sampleWith } from '../../test/support/sample-config.ts'
import { CLUSTER, LISTENER, SnapshotCache, startXdsServer } from '../../xds-server/index.ts'
import type { Config } from '../document/model.ts'
import type { RevisionStore } from '../store/revision-store.ts'
import { openSqliteStore } from '../store/sqlite-store.ts'
import { Revisions } from './revisions.ts'

const DOCUMENT = { 'fleets.edge.onNack': 'rollback' }
const REFUSE_LISTENERS: AnsweringNode['answer'] = ({ typeUrl }) =>
  typeUrl === LISTENER ? { nack: 'no such filter in main.' } : 'ack'
const GIVING_UP = AbortSignal.abort()
const NEVER = new AbortController().signal

async function serve(t: Test, initial: Config, store: RevisionStore = openSqliteStore(':memory:')) {
  const cache = new SnapshotCache({ consistency: 'enforce' })
  const revisions = await Revisions.open({ store, cache, initial })
  const xds = await startXdsServer({ cache, address: '127.0.0.1:0' })
  t.teardown(() => xds.close())
  const untilAnswered = (id: string, cluster = 'edge') =>
    new Promise<void>((resolve) => {
      const stop = cache.onEvent(() => {
        const state = cache.status(cluster).find((one) => one.id === id)?.state
        if (state !== 'SYNCED' && state !== 'NACKED') return
        stop()
        resolve()
      })
    })
  const connect = async (id: string, cluster = 'edge', answer: AnsweringNode['answer'] = () => 'ack') => {
    const answered = untilAnswered(id, cluster)
    const node = new AnsweringNode(t, xds.address, { id, cluster })
    node.answer = answer
    await answered
    return node
  }
  const write = (changes: Readonly<Record<string, unknown>>) =>
    revisions.write(() => sampleWith({ ...DOCUMENT, ...changes }), { author: 'rest' })
  const statuses = async () => (await store.list()).map(({ number, status }) => `${number} ${status}`)
  const served = (fleet = 'edge') =>
    Object.fromEntries(
      [...(cache.getSnapshot(fleet)?.types ?? [])].map(([typeUrl, { version }]) => [typeUrl, version]),
    )
  const close = async () => {
    await revisions.close()
    await xds.close()
  }
  return { cache, store, revisions, connect, untilAnswered, write, statuses, served, close }
}

/** A fleet of one node that has accepted the first revision. */
async function serveAccepted(t: Test, changes: Readonly<Record<string, unknown>> = {}) {
  const testbed = await serve(t, sampleWith({ ...DOCUMENT, ...changes }))
  const node = await testbed.connect('node-1')
  t.equal((await testbed.revisions.progress(1, NEVER)).outcome, 'synced')
  return { ...testbed, node }
}

t.test('the first revision is unverified until a node has ACKed it', async (t) => {
  const { revisions, connect, statuses } = await serve(t, sampleWith(DOCUMENT))
  t.same(await statuses(), ['1 unverified'])
  t.match(await revisions.progress(1, NEVER), { outcome: 'unverified', nodes: [] })
  await connect('node-1')
  t.match(await revisions.progress(1, NEVER), { outcome: 'synced', nodes: [{ id: 'node-1' }] })
  t.same(await statuses(), ['1 accepted'])
  t.equal(revisions.acceptedNumber, 1)
})

t.test('a revision is durable before it is served', async (t) => {
  const { store, cache, write, served } = await serve(t, sampleWith(DOCUMENT))
  const before = served()
  const order: string[] = []
  const append = store.append.bind(store)
  store.append = async (...parameters) => {
    const written = await append(...parameters)
    t.same(served(), before, 'nothing is served yet')
    order.push('written')
    return written
  }
  cache.onEvent(({ kind }) => {
    if (kind === 'snapshot') order.push('served')
  })
  await write({ 'fleets.edge.lb.mode': 'l7' })
  t.same(order, ['written', 'served'])
})

t.test('what cannot be written down is not served', async (t) => {
  const { store, revisions, write, served } = await serve(t, sampleWith(DOCUMENT))
  const before = { served: served(), head: revisions.head }
  store.append = async () => Promise.reject(new Error('no space left'))
  await t.rejects(write({ 'fleets.edge.lb.mode': 'l7' }), { message: 'no space left' })
  t.same({ served: served(), head: revisions.head }, before)
})

t.test('X7, X9: a NACK by a node that had the previous revision rolls all types back together', async (t) => {
  const { node, revisions, write, statuses, served } = await serveAccepted(t)
  const before = served()
  node.answer = REFUSE_LISTENERS
  await write({ 'fleets.edge.lb': { mode: 'l7', policy: 'random' } })
  const nacked = await revisions.progress(2, NEVER)
  t.match(nacked, {
    outcome: 'nacked',
    revision: { number: 2, status: 'rolled_back' },
    detail: {
      message:
        /^node-1 NACKed Listener: no such filter.*changed since revision \d+: fleets\.edge\.lb\.mode, fleets\.edge\.lb\.policy$/,
      problems: [{ path: 'fleets.edge.listeners.main', message: /no such filter/ }],
    },
  })
  const types = [CLUSTER, LISTENER]
  t.same(
    types.map((type) => served()[type]),
    types.map((type) => before[type]),
  )
  t.same(await statuses(), ['1 accepted', '2 rolled_back', '3 accepted'])
  t.match(revisions.head, { number: 3, author: 'system', detail: { message: /restores revision 1/ } })
  t.same(revisions.config, sampleWith(DOCUMENT), 'the next edit starts from what is accepted')
  node.answer = () => 'ack'
  await write({ 'fleets.edge.lb.policy': 'random' })
  t.match(await revisions.progress(4, NEVER), { outcome: 'synced', revision: { status: 'accepted' } })
})

t.test('with onNack: hold a NACKed revision stays in force, and only its status changes', async (t) => {
  const { node, revisions, write, statuses } = await serveAccepted(t)
  node.answer = REFUSE_LISTENERS
  await write({ 'fleets.edge.lb.mode': 'l7', 'fleets.edge.onNack': 'hold' })
  t.match(await revisions.progress(2, NEVER), { outcome: 'nacked', revision: { status: 'rejected' } })
  t.same(await statuses(), ['1 accepted', '2 rejected'])
  t.equal(revisions.config.fleets.edge?.lb?.mode, 'l7')
})

t.test(
  'X8: a node that starts meanwhile gets what was accepted last, and the newest after the verdict',
  async (t) => {
    const { node, cache, revisions, connect, write } = await serveAccepted(t)
    const asked = Promise.withResolvers<void>()
    const answered = Promise.withResolvers<'ack'>()
    node.answer = () => {
      asked.resolve()
      return answered.promise
    }
    await write({ 'fleets.edge.lb.policy': 'random' })
    await asked.promise
    await connect('node-2')
    const versions = () =>
      cache
        .status('edge')
        .map(({ id, pinned, types }) => ({ id, pinned, version: types[CLUSTER]?.sentVersion }))
    const [first, second] = versions()
    t.match(second, { id: 'node-2', pinned: true })
    t.not(second?.version, first?.version)
    t.equal(revisions.head.status, 'pending', 'that it ACKs what was before is no ACK of the revision')

    answered.resolve('ack')
    t.match(await revisions.progress(2, NEVER), { outcome: 'synced', revision: { status: 'accepted' } })
    const [one, other] = versions()
    t.notOk(other?.pinned)
    t.equal(other?.version, one?.version)
  },
)

t.test('a NACK by a node that had NACKed before the revision does not reject it', async (t) => {
  const { revisions, connect, write, statuses } = await serveAccepted(t)
  await connect('hostile', 'edge', () => ({ nack: 'never' }))
  t.same(await statuses(), ['1 accepted'], 'it is only marked')
  await write({ 'fleets.edge.lb.mode': 'l7' })
  const progress = await revisions.progress(2, NEVER)
  t.match(
    progress,
    { outcome: 'nacked', revision: { status: 'accepted' } },
    'the wait names the node that NACKs',
  )
  t.match(progress.detail, { message: /^hostile NACKed/ })
  t.same(await statuses(), ['1 accepted', '2 accepted'])
})

t.test('a revision that changes two fleets is rolled back in both if one NACKs', async (t) => {
  const { edge } = sampleWith({ ...DOCUMENT }).fleets
  const { node, connect, revisions, write, served } = await serveAccepted(t, { 'fleets.west': edge })
  await connect('west-1', 'west')
  const before = { edge: served('edge')[LISTENER], west: served('west')[LISTENER] }
  node.answer = REFUSE_LISTENERS
  await write({
    'fleets.edge.lb.mode': 'l7',
    'fleets.west': { ...edge, lb: { mode: 'l7', policy: 'random' } },
  })
  t.match(await revisions.progress(2, NEVER), { outcome: 'nacked' })
  t.same({ edge: served('edge')[LISTENER], west: served('west')[LISTENER] }, before)
})

t.test('without an accepted revision a NACKed one stays in force, and the next one fixes it', async (t) => {
  const { revisions, connect, write, statuses } = await serve(t, sampleWith(DOCUMENT))
  const node = await connect('node-1', 'edge', REFUSE_LISTENERS)
  t.match(await revisions.progress(1, NEVER), { outcome: 'nacked', revision: { status: 'rejected' } })
  node.answer = () => 'ack'
  await write({ 'fleets.edge.lb.mode': 'l7' })
  t.match(await revisions.progress(2, NEVER), { outcome: 'synced' })
  t.same(await statuses(), ['1 rejected', '2 accepted'])
})

t.test('a revision that a newer one overtakes shares its fate', async (t) => {
  const { node, revisions, write, statuses } = await serveAccepted(t)
  node.answer = () => 'silence'
  await write({ 'fleets.edge.lb.policy': 'random' })
  const waiting = revisions.progress(2, NEVER)
  node.answer = REFUSE_LISTENERS
  await write({ 'fleets.edge.lb': { mode: 'l7', policy: 'random' } })
  t.match(await revisions.progress(3, NEVER), { outcome: 'nacked' })
  t.match(await waiting, { outcome: 'nacked', revision: { number: 2, status: 'superseded' } })
  t.same(await statuses(), ['1 accepted', '2 superseded', '3 rolled_back', '4 accepted'])
})

t.test('a superseded revision is synced if what it changed is accepted as part of a newer one', async (t) => {
  const { node, revisions, write } = await serveAccepted(t)
  node.answer = () => 'silence'
  await write({ 'fleets.edge.lb.policy': 'random' })
  node.answer = () => 'ack'
  const weighted = { 'fleets.edge.lb.policy': 'random', 'upstreams.echo.endpoints.b1.weight': 2 }
  await write(weighted)
  t.match(await revisions.progress(2, NEVER), { outcome: 'synced', revision: { status: 'superseded' } })
})

t.test('a superseded revision whose change the newer one dropped is not synced', async (t) => {
  const { node, revisions, write } = await serveAccepted(t)
  node.answer = () => 'silence'
  await write({ 'fleets.edge.lb.policy': 'random' })
  node.answer = () => 'ack'
  await write({ 'upstreams.echo.endpoints.b1.weight': 2 })
  t.match(await revisions.progress(3, NEVER), { outcome: 'synced' })
  const dropped = {
    outcome: 'replaced',
    revision: { number: 2, status: 'superseded' },
    detail: { message: /^revision 3 replaced revision 2/ },
  }
  t.match(await revisions.progress(2, NEVER), dropped)
  await write({ 'upstreams.echo.endpoints.b1.weight': 3 })
  await revisions.progress(4, NEVER)
  t.match(await revisions.progress(2, NEVER), dropped, 'also when the newer one is not in force any more')
  t.match(
    await revisions.progress(3, NEVER),
    { outcome: 'replaced', detail: { message: 'revision 4 is in force instead of revision 3' } },
    'an accepted revision was in effect, and is not any more',
  )
  await write({ 'upstreams.echo.endpoints.b1.weight': 3, 'upstreams.echo.endpoints.b2.weight': 3 })
  await revisions.progress(5, NEVER)
  t.match(await revisions.progress(4, NEVER), { outcome: 'synced' }, 'the newer one has its changes')
  t.match(await revisions.progress(4, NEVER, 'document'), { outcome: 'replaced' }, 'but is another document')
})

t.test(
  'who was still to answer about a revision that was overtaken has a vote on the newer one',
  async (t) => {
    const { node, connect, untilAnswered, revisions, write } = await serveAccepted(t)
    await connect('node-2')
    const slow = Promise.withResolvers<'ack'>()
    node.answer = () => slow.promise
    const quick = untilAnswered('node-2')
    await write({ 'fleets.edge.lb.policy': 'random' })
    await quick
    await write({ 'fleets.edge.lb': { mode: 'l7', policy: 'random' } })
    await untilAnswered('node-2')
    t.equal(revisions.head.status, 'pending', 'it is waited for')
    node.answer = REFUSE_LISTENERS
    slow.resolve('ack')
    t.match(await revisions.progress(3, NEVER), { outcome: 'nacked', revision: { status: 'rolled_back' } })
  },
)

t.test('X29: a write that changes nothing makes no revision, and neither does a stale write', async (t) => {
  const { revisions, write, statuses } = await serveAccepted(t)
  t.equal((await write({})).number, 1)
  const stale = revisions.write((config) => ({ ...config, upstreams: {} }), {
    author: 'rest',
    ifMatch: ['7-x'],
  })
  await t.rejects(stale, { code: 'stale-etag', message: /is at revision 1/ })
  t.same(await statuses(), ['1 accepted'])
})

t.test('a fleet that is taken out of the document is served nothing any more', async (t) => {
  const { edge } = sampleWith(DOCUMENT).fleets
  const { cache, write } = await serve(t, sampleWith({ ...DOCUMENT, 'fleets.west': edge }))
  t.ok(cache.getSnapshot('west'))
  await write({})
  t.equal(cache.getSnapshot('west'), undefined)
})

t.test('after a restart the newest revision is in force, and the last accepted one is known', async (t) => {
  const store = openSqliteStore(':memory:')
  const first = await serve(t, sampleWith(DOCUMENT), store)
  const node = await first.connect('node-1')
  await first.revisions.progress(1, NEVER)
  node.answer = () => 'silence'
  await first.write({ 'fleets.edge.lb.mode': 'l7' })
  t.same(await first.statuses(), ['1 accepted', '2 pending'])
  await first.close()

  const again = await serve(t, sampleWith({}), store)
  t.equal(again.revisions.config.fleets.edge?.lb?.mode, 'l7', 'the file is ignored')
  t.equal(again.revisions.acceptedNumber, 1)
  await again.connect('node-1', 'edge', REFUSE_LISTENERS)
  t.match(await again.revisions.progress(2, NEVER), {
    outcome: 'nacked',
    revision: { status: 'rolled_back' },
  })
  t.same(await again.statuses(), ['1 accepted', '2 rolled_back', '3 accepted'])
})

t.test('a document that cannot be served any more is a clear error at the start', async (t) => {
  const store = openSqliteStore(':memory:')
  await store.append({ version: 0 }, undefined, 'older')
  const cache = new SnapshotCache()
  await t.rejects(Revisions.open({ store, cache }), {
    code: 'invalid-config',
    problems: [{ path: 'upstreams' }],
  })
  await t.rejects(Revisions.open({ store: openSqliteStore(':memory:'), cache }), { code: 'invalid-argument' })
})

t.test('not to wait is to look once', async (t) => {
  const { node, revisions, write } = await serveAccepted(t)
  node.answer = () => 'silence'
  await write({ 'fleets.edge.lb.mode': 'l7' })
  t.match(await revisions.progress(2, GIVING_UP), {
    outcome: 'pending',
    detail: { message: /^node-1 \(.*\)$/ },
    nodes: [{ id: 'node-1' }],
  })
  await t.rejects(revisions.progress(9, GIVING_UP), { code: 'not-found' })
})
