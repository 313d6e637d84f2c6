// Those who wait for a group are answered once it is sure, and look only at the node that something happened to.

import t from 'tap'
import { CLUSTER } from '../snapshot/resource-type.ts'
import type { NodeStatus, SyncReport, SyncState } from './status.ts'
import { type Nodes, SyncWaiters } from './sync-waiters.ts'

/** Nodes whose state a test sets; it counts how often each is looked at. */
class FakeNodes implements Nodes {
  readonly states = new Map<string, SyncState>()
  readonly looks: string[] = []
  /** Those that left with a response unanswered. */
  readonly leftBehind = new Set<string>()

  connected(group: string) {
    return group === 'fleet'
      ? [...this.states.keys()].filter((id) => this.states.get(id) !== 'DISCONNECTED')
      : []
  }

  describe(group: string, id: string): NodeStatus {
    this.looks.push(id)
    const state = this.states.get(id) ?? 'DISCONNECTED'
    const unanswered = { typeUrl: CLUSTER, nonce: '7', version: '1', sentAt: '2026-01-01T00:00:00.000Z' }
    return {
      id,
      group,
      connected: state !== 'DISCONNECTED',
      state,
      streams: [],
      types: {},
      ...(this.leftBehind.has(id) && { left: [unanswered] }),
    }
  }
}

function setUp(states: Readonly<Record<string, SyncState>>) {
  const nodes = new FakeNodes()
  const waiters = new SyncWaiters(nodes)
  const set = (id: string, state: SyncState) => {
    nodes.states.set(id, state)
    waiters.nodeChanged('fleet', id)
  }
  for (const [id, state] of Object.entries(states)) nodes.states.set(id, state)
  return { nodes, waiters, set }
}

/** The outcome, or `waiting` if there is no outcome after all pending work has run. */
async function outcomeOf(report: Promise<SyncReport>): Promise<string> {
  const waiting = new Promise<{ outcome: string }>((resolve) =>
    setImmediate(() => resolve({ outcome: 'waiting' })),
  )
  return (await Promise.race([report, waiting])).outcome
}

const AT_ONCE: readonly [states: Readonly<Record<string, SyncState>>, outcome: string][] = [
  [{}, 'unverified'],
  [{ n1: 'DISCONNECTED' }, 'unverified'],
  [{ n1: 'SYNCED' }, 'synced'],
  [{ n1: 'SYNCED', n2: 'DISCONNECTED' }, 'synced'],
  [{ n1: 'SYNCED', n2: 'NACKED' }, 'nacked'],
  [{ n1: 'STALE', n2: 'NACKED' }, 'nacked'],
  [{ n1: 'SYNCED', n2: 'STALE' }, 'waiting'],
  [{ n1: 'NOT_SENT' }, 'waiting'],
]

for (const [states, outcome] of AT_ONCE) {
  t.test(`${JSON.stringify(states)} is ${outcome} at once`, async (t) => {
    t.equal(await outcomeOf(setUp(states).waiters.wait('fleet')), outcome)
  })
}

t.test('a group is synced when its last node is, and the report has the status of each node', async (t) => {
  const { waiters, set } = setUp({ n1: 'STALE', n2: 'STALE', n3: 'SYNCED', n4: 'DISCONNECTED' })
  const report = waiters.wait('fleet')
  set('n1', 'SYNCED')
  t.equal(await outcomeOf(report), 'waiting')
  set('n2', 'SYNCED')
  t.match(await report, {
    outcome: 'synced',
    nodes: [
      { id: 'n1', state: 'SYNCED' },
      { id: 'n2', state: 'SYNCED' },
      { id: 'n3', state: 'SYNCED' },
    ],
  })
})

t.test('one NACK ends the wait', async (t) => {
  const { waiters, set } = setUp({ n1: 'STALE', n2: 'STALE' })
  const report = waiters.wait('fleet')
  set('n2', 'NACKED')
  t.match(await report, { outcome: 'nacked', nodes: [{ id: 'n1', state: 'STALE' }, { state: 'NACKED' }] })
})

t.test('a wait includes a node that connects while it waits', async (t) => {
  const { waiters, set } = setUp({ n1: 'STALE' })
  const report = waiters.wait('fleet')
  set('n2', 'NOT_SENT')
  set('n1', 'SYNCED')
  t.equal(await outcomeOf(report), 'waiting')
  set('n2', 'SYNCED')
  t.equal(await outcomeOf(report), 'synced')
})

t.test('a wait excludes a node that disconnects', async (t) => {
  const { waiters, set } = setUp({ n1: 'STALE', n2: 'SYNCED' })
  const report = waiters.wait('fleet')
  set('n1', 'DISCONNECTED')
  t.equal(await outcomeOf(report), 'synced')
})

t.test('a wait is unverified when the last node disconnects', async (t) => {
  const { waiters, set } = setUp({ n1: 'STALE' })
  const report = waiters.wait('fleet')
  set('n1', 'DISCONNECTED')
  t.match(await report, { outcome: 'unverified', nodes: [] })
})

t.test('a wait notices a node that falls behind again', async (t) => {
  const { nodes, waiters, set } = setUp({ n1: 'STALE', n2: 'SYNCED' })
  const report = waiters.wait('fleet')
  // Without an event, as when the snapshot has changed and the node has not been sent it yet.
  nodes.states.set('n2', 'STALE')
  set('n1', 'SYNCED')
  t.equal(await outcomeOf(report), 'waiting')
  set('n2', 'SYNCED')
  t.equal(await outcomeOf(report), 'synced')
})

t.test('a new snapshot of the group evaluates all its nodes', async (t) => {
  const { nodes, waiters } = setUp({ n1: 'STALE', n2: 'STALE' })
  const report = waiters.wait('fleet')
  nodes.states.set('n1', 'SYNCED').set('n2', 'SYNCED')
  waiters.groupChanged('other')
  t.equal(await outcomeOf(report), 'waiting')
  waiters.groupChanged('fleet')
  t.equal(await outcomeOf(report), 'synced')
})

t.test('events in other groups do not end a wait', async (t) => {
  const { nodes, waiters } = setUp({ n1: 'STALE' })
  const report = waiters.wait('fleet')
  nodes.states.set('n1', 'NACKED')
  waiters.nodeChanged('other', 'n1')
  t.equal(await outcomeOf(report), 'waiting')
})

t.test('an event evaluates only its own node while others are behind', async (t) => {
  const { nodes, waiters, set } = setUp({ n1: 'STALE', n2: 'STALE', n3: 'STALE' })
  void waiters.wait('fleet')
  nodes.looks.length = 0
  set('n2', 'NOT_SENT')
  set('n1', 'SYNCED')
  set('n3', 'SYNCED')
  t.same(nodes.looks, ['n2', 'n1', 'n3'])
})

t.test('an aborted wait is pending, or unverified without a node', async (t) => {
  for (const [id, outcome] of [
    ['n1', 'pending'],
    [undefined, 'unverified'],
  ] as const) {
    const { nodes, waiters } = setUp({ n1: 'STALE' })
    const patience = new AbortController()
    const report = waiters.wait('fleet', patience.signal)
    if (id === undefined) nodes.states.clear()
    patience.abort()
    t.match(await report, { outcome, nodes: id ? [{ id, state: 'STALE' }] : [] })
  }
})

t.test('a wait with an aborted signal returns the present status', async (t) => {
  const cases = [
    [{ n1: 'STALE' }, 'pending'],
    [{ n1: 'SYNCED' }, 'synced'],
    [{ n1: 'NACKED' }, 'nacked'],
    [{}, 'unverified'],
  ] as const
  for (const [states, outcome] of cases) {
    t.equal((await setUp(states).waiters.wait('fleet', AbortSignal.abort())).outcome, outcome)
  }
})

t.test('X36: a finished wait is forgotten and removes its listener from the signal', async (t) => {
  const { nodes, waiters, set } = setUp({ n1: 'STALE' })
  const patience = new AbortController()
  let listening = 0
  const { signal } = patience
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listening += Number(args[0] === 'abort')
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listening -= Number(args[0] === 'abort')
    remove(...args)
  }
  const report = waiters.wait('fleet', signal)
  t.equal(listening, 1)
  set('n1', 'SYNCED')
  await report
  t.equal(listening, 0)
  nodes.looks.length = 0
  set('n1', 'NACKED')
  t.same(nodes.looks, [], 'nobody looks any more')
})

t.test('a node that leaves during the wait with unanswered responses is in the report', async (t) => {
  const { nodes, waiters, set } = setUp({ n1: 'STALE', n2: 'STALE' })
  const report = waiters.wait('fleet')
  nodes.leftBehind.add('n1')
  set('n1', 'DISCONNECTED')
  set('n2', 'SYNCED')
  t.match(await report, {
    outcome: 'synced',
    nodes: [{ id: 'n2' }],
    left: [{ id: 'n1', left: [{ nonce: '7' }] }],
  })
})

t.test('a node that is back before the end of the wait is not in the report', async (t) => {
  const { nodes, waiters, set } = setUp({ n1: 'STALE', n2: 'STALE' })
  const report = waiters.wait('fleet')
  nodes.leftBehind.add('n1')
  set('n1', 'DISCONNECTED')
  nodes.leftBehind.clear()
  set('n1', 'SYNCED')
  set('n2', 'SYNCED')
  t.same((await report).left, [])
})

t.test('a node that falls behind during the wait is waited for', async (t) => {
  const { waiters, set } = setUp({ n1: 'STALE', n2: 'SYNCED' })
  const report = waiters.wait('fleet')
  set('n2', 'STALE')
  set('n1', 'SYNCED')
  t.equal(await outcomeOf(report), 'waiting')
  set('n2', 'SYNCED')
  t.equal(await outcomeOf(report), 'synced')
})
