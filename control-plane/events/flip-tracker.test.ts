// Lanes of revisions, from the events of a cache: each event as the cache would emit it.

import t from 'tap'
import type { NodeStatus, StreamEvent, XdsEvent } from '../../xds-server/index.ts'
import { CLUSTER, LISTENER } from '../../xds-server/index.ts'
import type { Translations } from '../rollout/publisher.ts'
import { FlipTracker, type FlipTrackerOptions } from './flip-tracker.ts'

const FIRST_MS = Date.parse('2026-01-01T00:00:00.000Z')

/** A tracker whose clock goes on by a millisecond with every look at it. */
function start(options: Partial<FlipTrackerOptions> = {}) {
  let ticks = 0
  /** What the cache says of a node. Others are SYNCED. */
  const states = new Map<string, Partial<NodeStatus>>()
  let looks = 0
  const flips = new FlipTracker({
    cache: {
      nodeStatus: (_group, id) => {
        looks += 1
        return { state: 'SYNCED', ...states.get(id) } as NodeStatus
      },
    },
    now: () => FIRST_MS + ticks++,
    ...options,
  })
  const streamOf = (node: string, group = 'edge'): StreamEvent => ({
    node,
    group,
    stream: { id: Number(node.slice(1)), protocol: 'delta', aggregated: true, peer: 'x', openedAt: '' },
  })
  const emit = (kind: string, node: string, more: object = {}, group = 'edge') =>
    flips.take({
      kind,
      typeUrl: CLUSTER,
      nonce: '1',
      ...streamOf(node, group),
      ...more,
    } as unknown as XdsEvent)
  /** Serves a revision to fleets, as the cache does: the snapshot first, and what follows from it. */
  const serve = (
    revision: number,
    send: () => void = () => {},
    fleets = ['edge'],
    names: Translations = new Map(),
  ) => {
    flips.serving(revision, names)
    for (const group of fleets) flips.take({ kind: 'snapshot', group, versions: {} })
    send()
    flips.served(fleets)
  }
  return { flips, states, emit, serve, looks: () => looks }
}

t.test('a lane goes from sent to ACKed, when the node has everything', async (t) => {
  const { flips, states, emit, serve } = start()
  emit('opened', 'n1')
  serve(2, () => emit('sent', 'n1'))
  t.match(flips.get(2), { revision: 2, fleets: ['edge'], at: '2026-01-01T00:00:00.000Z' })
  t.same(flips.get(2).lanes, [{ node: 'n1', fleet: 'edge', sentAt: '2026-01-01T00:00:00.001Z' }])
  states.set('n1', { state: 'STALE' })
  emit('acked', 'n1')
  t.notHas(flips.get(2).lanes[0], { ackedAt: String }, 'endpoints are still to come')
  emit('sent', 'n1', { nonce: '2' })
  emit('acked', 'n1', { nonce: '2' })
  states.clear()
  emit('acked', 'n1', { nonce: 'none of ours' })
  t.notHas(flips.get(2).lanes[0], { ackedAt: String }, 'an ACK of something else is no reason to look')
  emit('subscribed', 'n1')
  t.match(flips.get(2).lanes, [
    { sentAt: '2026-01-01T00:00:00.001Z', ackedAt: '2026-01-01T00:00:00.004Z', ackMs: 3 },
  ])
})

t.test('a NACK has the text, and the path of the resource that it names', async (t) => {
  const { flips, emit, serve } = start()
  const provenance = new Map([[`${LISTENER} main`, 'fleets.edge.listeners.main']])
  const names = new Map([['edge', { provenance }]]) as unknown as Translations
  emit('opened', 'n1')
  serve(2, () => emit('sent', 'n1', { typeUrl: LISTENER }), ['edge'], names)
  const nack = { message: 'error adding listener main: no such filter\n', names: ['main'] }
  emit('nacked', 'n1', { typeUrl: LISTENER, nack })
  emit('sent', 'n1', { nonce: '2' })
  emit('acked', 'n1', { nonce: '2' })
  t.match(flips.get(2).lanes, [
    { nack: { message: 'error adding listener main: no such filter', path: 'fleets.edge.listeners.main' } },
  ])
  t.notHas(flips.get(2).lanes[0], { ackedAt: String }, 'other types may be ACKed')
})

t.test('an answer to the revision before is not an answer to this one', async (t) => {
  const { flips, emit, serve } = start()
  emit('opened', 'n1')
  serve(2, () => emit('sent', 'n1'))
  serve(3)
  emit('acked', 'n1')
  emit('sent', 'n1', { nonce: '2' })
  t.notHas(flips.get(2).lanes[0], { ackedAt: String })
  t.match(flips.get(3).lanes, [{ sentAt: /^2026/ }])
  t.notHas(flips.get(3).lanes[0], { ackedAt: String })
  emit('acked', 'n1', { nonce: '2' })
  t.match(flips.get(3).lanes, [{ ackedAt: /^2026/ }], 'twin')
})

t.test('what was ACKed before the next revision came is kept, also if nobody looked', async (t) => {
  const { flips, emit, serve, looks } = start()
  emit('opened', 'n1')
  serve(2, () => emit('sent', 'n1'))
  emit('acked', 'n1')
  serve(3)
  t.equal(looks(), 0, 'no status of a node is read while nobody looks')
  t.match(flips.get(2).lanes, [{ ackMs: 1 }])
})

t.test(
  'every connected node of the changed fleets has a lane, and others get one when they are sent it',
  async (t) => {
    const { flips, emit, serve } = start()
    emit('opened', 'n10')
    emit('opened', 'n9')
    emit('opened', 'n9')
    emit('closed', 'n9')
    emit('opened', 'n3')
    emit('closed', 'n3')
    emit('opened', 'n4', {}, 'west')
    serve(2)
    t.same(
      flips.get(2).lanes.map(({ node }) => node),
      ['n9', 'n10'],
    )
    emit('sent', 'n11')
    emit('sent', 'n4', {}, 'west')
    t.same(
      flips.get(2).lanes.map(({ node }) => node),
      ['n9', 'n10', 'n11'],
    )
  },
)

t.test('a node that is pinned to the revision before has no lane', async (t) => {
  const { flips, states, emit, serve } = start()
  serve(2)
  states.set('n1', { pinned: true })
  emit('opened', 'n1')
  emit('sent', 'n1')
  emit('acked', 'n1')
  t.same(flips.get(2).lanes, [])
  states.clear()
  emit('sent', 'n1', { nonce: '2' })
  emit('acked', 'n1', { nonce: '2' })
  t.match(flips.get(2).lanes, [{ node: 'n1', ackedAt: String }], 'twin')
})

t.test('a snapshot without a revision, as of renewed secrets, is no flip', async (t) => {
  const { flips, emit, serve } = start()
  emit('opened', 'n1')
  serve(2, () => emit('sent', 'n1'))
  emit('acked', 'n1')
  const before = flips.get(2)
  flips.take({ kind: 'snapshot', group: 'edge', versions: {} })
  emit('sent', 'n1', { nonce: '2' })
  emit('acked', 'n1', { nonce: '2' })
  t.same(flips.get(2), before)
  serve(3, () => {}, ['west'])
  flips.take({ kind: 'snapshot', group: 'edge', versions: {} })
  t.same(flips.get(3).fleets, ['west'])
})

t.test('a revision that changes one fleet leaves the lanes of the other', async (t) => {
  const { flips, emit, serve } = start()
  emit('opened', 'n1', {}, 'west')
  serve(2, () => emit('sent', 'n1', {}, 'west'), ['edge', 'west'])
  serve(3, () => {}, ['edge'])
  emit('acked', 'n1', {}, 'west')
  t.match(flips.get(2), { fleets: ['edge', 'west'], lanes: [{ node: 'n1', ackedAt: String }] })
  t.match(flips.get(3), { fleets: ['edge'], lanes: [] })
})

t.test('what others find out is added to the flip that the node is served', async (t) => {
  const { flips, emit, serve } = start()
  const changed: number[] = []
  flips.listen(({ revision }) => changed.push(revision))
  emit('opened', 'n1')
  serve(2)
  flips.mark('edge', 'n1', { firstCall: { at: FIRST_MS, from: 'accessLog' }, oldConnections: 3 })
  flips.mark('edge', 'n1', { oldConnections: 0, lastGoneAt: FIRST_MS })
  flips.mark('edge', 'n2', { oldConnections: 1 })
  t.same(changed, [2, 2, 2])
  t.same(flips.get(2).lanes, [
    {
      node: 'n1',
      fleet: 'edge',
      firstCallAt: '2026-01-01T00:00:00.000Z',
      firstCallEvidence: 'accessLog',
      oldConnections: 0,
      lastGoneAt: '2026-01-01T00:00:00.000Z',
    },
  ])
})

t.test('the last revisions are kept, fewer if they have many lanes, and the newest always', async (t) => {
  const few = start({ limits: { flips: 2, lanes: 100 } })
  for (const revision of [1, 2, 3]) few.serve(revision)
  t.throws(() => few.flips.get(1), { code: 'not-found', message: /now 2 to 3$/ })
  t.equal(few.flips.get(2).revision, 2)
  const many = start({ limits: { flips: 50, lanes: 1 } })
  for (const node of ['n1', 'n2']) many.emit('opened', node)
  for (const revision of [1, 2, 3]) many.serve(revision)
  t.throws(() => many.flips.get(2), { code: 'not-found' })
  t.equal(many.flips.get(3).lanes.length, 2)
})
