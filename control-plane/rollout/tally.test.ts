// Which nodes decide about a revision, how, and how few of them have to be looked at.

import t from 'tap'
import { fc } from '../../test/support/fast-check.ts'
import type { NodeStatus, XdsEvent } from '../../xds-server/index.ts'
import type { RevisionStatus } from '../store/revision.ts'
import { evaluate } from './rollout.ts'
import { keyOf, Tally } from './tally.ts'

type State = NodeStatus['state']

function node(id: string, state: State, more: Partial<NodeStatus> = {}): NodeStatus {
  const connected = state !== 'DISCONNECTED'
  return { id, group: 'edge', connected, state, streams: [], types: {}, ...more }
}

const baselineNode = (id: string) => keyOf({ group: 'edge', id })

interface Case {
  readonly title: string
  readonly fleets?: readonly string[]
  readonly baseline?: readonly string[]
  readonly alreadyNacked?: readonly string[]
  readonly holding?: readonly string[]
  readonly nodes: readonly NodeStatus[]
  readonly verdict: RevisionStatus
  /** Ids of the nodes that reject it. */
  readonly by?: readonly string[]
}

const CASES: readonly Case[] = [
  {
    title: 'without a node it is unverified',
    nodes: [],
    verdict: 'unverified',
  },
  {
    title: 'it is accepted when every baseline node has ACKed it',
    baseline: ['a', 'b'],
    nodes: [node('a', 'SYNCED'), node('b', 'SYNCED')],
    verdict: 'accepted',
  },
  {
    title: 'it is pending while a baseline node has not answered',
    baseline: ['a', 'b'],
    nodes: [node('a', 'SYNCED'), node('b', 'STALE')],
    verdict: 'pending',
  },
  {
    title: 'X46: it is pending while a baseline node waits for a name that nobody serves, which is no NACK',
    baseline: ['a', 'b'],
    nodes: [node('a', 'SYNCED'), node('b', 'MISSING')],
    verdict: 'pending',
  },
  {
    title: 'one baseline node that NACKs rejects it, whatever the others answer',
    baseline: ['a', 'b'],
    nodes: [node('a', 'SYNCED'), node('b', 'NACKED')],
    verdict: 'rolled_back',
    by: ['b'],
  },
  {
    title: 'if baseline nodes are connected, the answers of other nodes do not count',
    baseline: ['a'],
    nodes: [node('a', 'SYNCED'), node('b', 'NACKED'), node('c', 'STALE')],
    verdict: 'accepted',
  },
  {
    title: 'a baseline node that disconnected is not waited for',
    baseline: ['a', 'b'],
    nodes: [node('a', 'SYNCED'), node('b', 'DISCONNECTED')],
    verdict: 'accepted',
  },
  {
    title: 'if all baseline nodes disconnected, it is as if there had been none',
    baseline: ['a'],
    nodes: [node('a', 'DISCONNECTED'), node('b', 'NOT_SENT')],
    verdict: 'unverified',
  },
  {
    title: 'without baseline nodes, the nodes that are served it decide: all ACK, and it is accepted',
    nodes: [node('a', 'SYNCED')],
    verdict: 'accepted',
  },
  {
    title: 'without baseline nodes, the nodes that are served it decide: one NACKs, and it is rejected',
    nodes: [node('a', 'SYNCED'), node('b', 'NACKED')],
    verdict: 'rolled_back',
    by: ['b'],
  },
  {
    title: 'a node that already NACKed what was served before does not count',
    alreadyNacked: ['a'],
    nodes: [node('a', 'NACKED')],
    verdict: 'unverified',
  },
  {
    title: 'a baseline node decides, also if it NACKed what was served meanwhile',
    baseline: ['a'],
    alreadyNacked: ['a'],
    nodes: [node('a', 'NACKED')],
    verdict: 'rolled_back',
    by: ['a'],
  },
  {
    title: 'a pinned node has not seen it, even if it was a baseline node before it restarted',
    baseline: ['a'],
    nodes: [node('a', 'SYNCED', { pinned: true })],
    verdict: 'unverified',
  },
  {
    title: 'a node of a fleet that did not change does not count',
    nodes: [node('a', 'NACKED', { group: 'west' }), node('b', 'SYNCED')],
    verdict: 'accepted',
  },
  {
    title: 'a NACK in one of the fleets rejects it',
    fleets: ['edge', 'west'],
    baseline: ['a'],
    nodes: [node('a', 'NACKED'), node('w', 'SYNCED', { group: 'west' })],
    verdict: 'rolled_back',
    by: ['a'],
  },
  {
    title: 'NACKs by nodes of fleets that hold reject it',
    fleets: ['edge', 'west'],
    holding: ['edge', 'west'],
    nodes: [node('a', 'NACKED'), node('w', 'NACKED', { group: 'west' })],
    verdict: 'rejected',
    by: ['a', 'w'],
  },
  {
    title: 'one NACK by a node of a fleet that does not hold rolls it back',
    fleets: ['edge', 'west'],
    holding: ['edge'],
    nodes: [node('a', 'NACKED'), node('w', 'NACKED', { group: 'west' })],
    verdict: 'rolled_back',
    by: ['a', 'w'],
  },
]

function eligibilityOf({
  fleets = ['edge'],
  baseline = [],
  alreadyNacked = [],
  holding = [],
}: Partial<Case>) {
  return {
    fleets: new Set(fleets),
    baseline: new Set(baseline.map(baselineNode)),
    alreadyNacked: new Set(alreadyNacked.map(baselineNode)),
    holding: new Set(holding),
  }
}

/** Nodes that a test changes, and the ids that were looked at. */
class Nodes {
  readonly byKey = new Map<string, NodeStatus>()
  looks: string[] = []

  constructor(nodes: readonly NodeStatus[]) {
    for (const one of nodes) this.byKey.set(keyOf(one), one)
  }

  nodesOf = (fleet: string) => [...this.byKey.values()].filter(({ group }) => group === fleet).map(this.#look)

  node = (group: string, id: string) =>
    this.#look(this.byKey.get(keyOf({ group, id })) ?? node(id, 'DISCONNECTED', { group }))

  #look = (one: NodeStatus) => {
    this.looks.push(one.id)
    return one
  }
}

function eventOf(kind: 'acked' | 'sent' | 'closed' | 'opened', id: string, group = 'edge'): XdsEvent {
  const stream = { id: 1, protocol: 'delta', aggregated: true, peer: '', openedAt: '' } as const
  return {
    kind,
    node: id,
    group,
    stream,
    typeUrl: '',
    version: '',
    nonce: '',
    resources: 0,
    removed: 0,
    pending: [],
  }
}

for (const { title, nodes, verdict, by = [], ...eligible } of CASES) {
  t.test(title, async (t) => {
    const tally = new Tally(eligibilityOf(eligible), new Nodes(nodes))
    t.equal(evaluate(tally.recount()), verdict)
    t.same(
      tally.nacking().map(({ id }) => id),
      by,
    )
  })
}

t.test('after an event, only its node is looked at', async (t) => {
  const nodes = new Nodes(['a', 'b', 'c'].map((id) => node(id, 'STALE')))
  const tally = new Tally(eligibilityOf({}), nodes)
  tally.recount()
  t.same(nodes.looks.splice(0), ['a', 'b', 'c'], 'the first look is at all')
  nodes.byKey.set(baselineNode('b'), node('b', 'SYNCED'))
  t.ok(tally.note(eventOf('acked', 'b')))
  t.ok(tally.note(eventOf('acked', 'b')))
  t.match(tally.recount().others, { connected: 3, synced: 1 })
  t.same(nodes.looks.splice(0), ['b'])
  tally.recount()
  t.same(nodes.looks, [], 'without an event, at nobody')
})

t.test('an event that needs no recount is remembered for the next one', async (t) => {
  const nodes = new Nodes([node('a', 'SYNCED')])
  const tally = new Tally(eligibilityOf({}), nodes)
  tally.recount()
  nodes.byKey.set(baselineNode('a'), node('a', 'STALE'))
  t.notOk(tally.note(eventOf('sent', 'a')))
  t.match(tally.recount().others, { connected: 1, synced: 0 })
})

t.test('events of other fleets, and rejected requests, need no recount and no look', async (t) => {
  const nodes = new Nodes([node('a', 'SYNCED')])
  const tally = new Tally(eligibilityOf({}), nodes)
  tally.recount()
  nodes.looks = []
  t.notOk(tally.note(eventOf('acked', 'a', 'west')))
  t.notOk(tally.note({ kind: 'cleared', group: 'west' }))
  t.notOk(tally.note({ kind: 'rejected', peer: '', code: 3, message: '' }))
  tally.recount()
  t.same(nodes.looks, [])
})

t.test('another snapshot of the fleet makes the next look one at all nodes', async (t) => {
  for (const event of [
    { kind: 'snapshot', group: 'edge', versions: {} },
    { kind: 'cleared', group: 'edge' },
  ] as const) {
    const nodes = new Nodes(['a', 'b'].map((id) => node(id, 'SYNCED')))
    const tally = new Tally(eligibilityOf({}), nodes)
    tally.recount()
    for (const id of ['a', 'b']) nodes.byKey.set(baselineNode(id), node(id, 'STALE'))
    t.ok(tally.note(event))
    t.match(tally.recount().others, { connected: 2, synced: 0 })
  }
})

const states = fc.constantFrom<State>('NOT_SENT', 'STALE', 'SYNCED', 'MISSING', 'NACKED', 'DISCONNECTED')
const change = fc.record({
  id: fc.constantFrom('a', 'b', 'c'),
  group: fc.constantFrom('edge', 'west'),
  state: states,
  pinned: fc.boolean(),
})

t.test('counting after each event ends in the same counts as looking at all', async () => {
  const eligibility = {
    fleets: new Set(['edge', 'west']),
    baseline: new Set([baselineNode('a'), baselineNode('b')]),
    alreadyNacked: new Set([baselineNode('b'), baselineNode('c')]),
    holding: new Set(['west']),
  }
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
      const nodes = new Nodes([])
      const tally = new Tally(eligibility, nodes)
      tally.recount()
      return changes.every(({ id, group, state, pinned }) => {
        const changed = node(id, state, { group, ...(pinned && { pinned }) })
        nodes.byKey.set(keyOf(changed), changed)
        tally.note(eventOf('acked', id, group))
        const expected = new Tally(eligibility, nodes)
        const ids = (one: Tally) => one.nacking().map(keyOf).sort().join()
        const counts = [tally.recount(), expected.recount()].map((one) => JSON.stringify(one))
        return counts[0] === counts[1] && ids(tally) === ids(expected)
      })
    }),
  )
})
