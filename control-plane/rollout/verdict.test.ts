// Which nodes decide about a revision, and how.

import t from 'tap'
import type { NodeStatus } from '../../xds-server/index.ts'
import { evaluate, keyOf } from './verdict.ts'

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
  readonly nodes: readonly NodeStatus[]
  readonly verdict: object
}

const CASES: readonly Case[] = [
  {
    title: 'a revision that changes no fleet is accepted',
    fleets: [],
    nodes: [node('a', 'NACKED')],
    verdict: { kind: 'accepted' },
  },
  {
    title: 'without a node it is open and not verifiable',
    nodes: [],
    verdict: { kind: 'open', verifiable: false },
  },
  {
    title: 'it is accepted when every baseline node has ACKed it',
    baseline: ['a', 'b'],
    nodes: [node('a', 'SYNCED'), node('b', 'SYNCED')],
    verdict: { kind: 'accepted' },
  },
  {
    title: 'it is open while a baseline node has not answered',
    baseline: ['a', 'b'],
    nodes: [node('a', 'SYNCED'), node('b', 'STALE')],
    verdict: { kind: 'open', verifiable: true },
  },
  {
    title: 'one baseline node that NACKs rejects it, whatever the others answer',
    baseline: ['a', 'b'],
    nodes: [node('a', 'SYNCED'), node('b', 'NACKED')],
    verdict: { kind: 'rejected', by: [{ id: 'b' }] },
  },
  {
    title: 'if baseline nodes are connected, the answers of other nodes do not count',
    baseline: ['a'],
    nodes: [node('a', 'SYNCED'), node('b', 'NACKED'), node('c', 'STALE')],
    verdict: { kind: 'accepted' },
  },
  {
    title: 'a baseline node that disconnected is not waited for',
    baseline: ['a', 'b'],
    nodes: [node('a', 'SYNCED'), node('b', 'DISCONNECTED')],
    verdict: { kind: 'accepted' },
  },
  {
    title: 'if all baseline nodes disconnected, it is as if there had been none',
    baseline: ['a'],
    nodes: [node('a', 'DISCONNECTED'), node('b', 'NOT_SENT')],
    verdict: { kind: 'open', verifiable: false },
  },
  {
    title: 'without baseline nodes, the nodes that are served it decide: all ACK, and it is accepted',
    nodes: [node('a', 'SYNCED')],
    verdict: { kind: 'accepted' },
  },
  {
    title: 'without baseline nodes, the nodes that are served it decide: one NACKs, and it is rejected',
    nodes: [node('a', 'SYNCED'), node('b', 'NACKED')],
    verdict: { kind: 'rejected', by: [{ id: 'b' }] },
  },
  {
    title: 'a node that already NACKed what was served before does not count',
    alreadyNacked: ['a'],
    nodes: [node('a', 'NACKED')],
    verdict: { kind: 'open', verifiable: false },
  },
  {
    title: 'a pinned node has not seen it, even if it was a baseline node before it restarted',
    baseline: ['a'],
    nodes: [node('a', 'SYNCED', { pinned: true })],
    verdict: { kind: 'open', verifiable: false },
  },
  {
    title: 'a node of a fleet that did not change does not count',
    nodes: [node('a', 'NACKED', { group: 'west' }), node('b', 'SYNCED')],
    verdict: { kind: 'accepted' },
  },
  {
    title: 'a NACK in one of the fleets rejects it',
    fleets: ['edge', 'west'],
    baseline: ['a'],
    nodes: [node('a', 'NACKED'), node('w', 'SYNCED', { group: 'west' })],
    verdict: { kind: 'rejected', by: [{ id: 'a' }] },
  },
]

for (const { title, fleets = ['edge'], baseline = [], alreadyNacked = [], nodes, verdict } of CASES) {
  t.test(title, async (t) => {
    const rollout = {
      fleets: new Set(fleets),
      baseline: new Set(baseline.map(baselineNode)),
      alreadyNacked: new Set(alreadyNacked.map(baselineNode)),
    }
    const found = evaluate(rollout, nodes)
    t.match(found, verdict)
    t.equal(found.kind === 'rejected' ? found.by.length : 0, 'by' in verdict ? 1 : 0)
  })
}
