// Whose answers decide about a revision, and how.

import t from 'tap'
import type { NodeStatus } from '../../xds-server/index.ts'
import { judge, keyOf } from './verdict.ts'

type State = NodeStatus['state']

function node(id: string, state: State, more: Partial<NodeStatus> = {}): NodeStatus {
  const connected = state !== 'DISCONNECTED'
  return { id, group: 'edge', connected, state, streams: [], types: {}, ...more }
}

const voter = (id: string) => keyOf({ group: 'edge', id })

interface Case {
  readonly title: string
  readonly fleets?: readonly string[]
  readonly voters?: readonly string[]
  readonly marked?: readonly string[]
  readonly nodes: readonly NodeStatus[]
  readonly ruling: object
}

const CASES: readonly Case[] = [
  {
    title: 'what changes no fleet is accepted',
    fleets: [],
    nodes: [node('a', 'NACKED')],
    ruling: { kind: 'accepted' },
  },
  { title: 'without a node nothing is known', nodes: [], ruling: { kind: 'open', verifiable: false } },
  {
    title: 'it is accepted once every voter has ACKed',
    voters: ['a', 'b'],
    nodes: [node('a', 'SYNCED'), node('b', 'SYNCED')],
    ruling: { kind: 'accepted' },
  },
  {
    title: 'it is open while a voter has not answered',
    voters: ['a', 'b'],
    nodes: [node('a', 'SYNCED'), node('b', 'STALE')],
    ruling: { kind: 'open', verifiable: true },
  },
  {
    title: 'one voter that refuses is enough, whatever the others say',
    voters: ['a', 'b'],
    nodes: [node('a', 'SYNCED'), node('b', 'NACKED')],
    ruling: { kind: 'refused', by: [{ id: 'b' }] },
  },
  {
    title: 'where voters are connected, a node that is none is not asked',
    voters: ['a'],
    nodes: [node('a', 'SYNCED'), node('b', 'NACKED'), node('c', 'STALE')],
    ruling: { kind: 'accepted' },
  },
  {
    title: 'a voter that left is not waited for',
    voters: ['a', 'b'],
    nodes: [node('a', 'SYNCED'), node('b', 'DISCONNECTED')],
    ruling: { kind: 'accepted' },
  },
  {
    title: 'where all voters left, it is as if there had been none',
    voters: ['a'],
    nodes: [node('a', 'DISCONNECTED'), node('b', 'NOT_SENT')],
    ruling: { kind: 'open', verifiable: false },
  },
  {
    title: 'where nobody held what was before, whoever holds this decides: it is accepted',
    nodes: [node('a', 'SYNCED')],
    ruling: { kind: 'accepted' },
  },
  {
    title: 'where nobody held what was before, whoever holds this decides: it is refused',
    nodes: [node('a', 'SYNCED'), node('b', 'NACKED')],
    ruling: { kind: 'refused', by: [{ id: 'b' }] },
  },
  {
    title: 'a node that refused what was before already is not asked',
    marked: ['a'],
    nodes: [node('a', 'NACKED')],
    ruling: { kind: 'open', verifiable: false },
  },
  {
    title: 'a node that is held back has not seen it, even if it voted before it started anew',
    voters: ['a'],
    nodes: [node('a', 'SYNCED', { pinned: true })],
    ruling: { kind: 'open', verifiable: false },
  },
  {
    title: 'a node of a fleet that is not changed has nothing to say',
    nodes: [node('a', 'NACKED', { group: 'west' }), node('b', 'SYNCED')],
    ruling: { kind: 'accepted' },
  },
  {
    title: 'one fleet that refuses is enough',
    fleets: ['edge', 'west'],
    voters: ['a'],
    nodes: [node('a', 'NACKED'), node('w', 'SYNCED', { group: 'west' })],
    ruling: { kind: 'refused', by: [{ id: 'a' }] },
  },
]

for (const { title, fleets = ['edge'], voters = [], marked = [], nodes, ruling } of CASES) {
  t.test(title, async (t) => {
    const trial = {
      fleets: new Set(fleets),
      voters: new Set(voters.map(voter)),
      marked: new Set(marked.map(voter)),
    }
    const found = judge(trial, nodes)
    t.match(found, ruling)
    t.equal(found.kind === 'refused' ? found.by.length : 0, 'by' in ruling ? 1 : 0)
  })
}
