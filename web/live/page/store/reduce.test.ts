// The state after events and answers.

import t from 'tap'
import type { Action } from './actions.ts'
import type { NodeEvent, Status, TrafficSample } from './contract.ts'
import { reduce } from './reduce.ts'
import { INITIAL, KEPT, nodeKey, type State } from './state.ts'

const CLUSTER = 'type.googleapis.com/envoy.config.cluster.v3.Cluster'
const LISTENER = 'type.googleapis.com/envoy.config.listener.v3.Listener'

const after = (...actions: readonly Action[]): State => actions.reduce(reduce, INITIAL)

const revision = (number: number, status: 'pending' | 'accepted' | 'superseded' = 'accepted') => ({
  revision: number,
  etag: `e${number}`,
  author: 'rest',
  createdAt: '2026-01-01T00:00:00.000Z',
  status,
})

const status = (number: number, nodes: Status['nodes'] = []): Status => ({
  revision: revision(number),
  acceptedRevision: number,
  rejectedRevision: null,
  nacks: [],
  fleets: { edge: { kind: 'envoy' } },
  secrets: {},
  files: {},
  endpoints: {},
  nodes,
})

const node = (types: NodeEvent['types']): NodeEvent => ({
  id: 'edge-1',
  fleet: 'edge',
  connected: true,
  state: 'SYNCED',
  types,
})

const sample = (at: string, fleet = 'edge'): TrafficSample => ({
  at,
  fleet,
  seconds: 1,
  calls: 50,
  errors: 0,
  p50Ms: 1,
  p99Ms: 4,
  connections: { active: 4, draining: 0 },
  proxies: {},
})

t.test('an event of a revision changes the status only if it is the newest', async (t) => {
  const state = after(
    { type: 'status', value: status(7) },
    { type: 'revision', value: revision(8, 'pending') },
  )
  t.equal(state.status?.revision.revision, 8)
  const later = reduce(state, { type: 'revision', value: revision(7, 'superseded') })
  t.equal(later.status?.revision.revision, 8)
  t.equal(later.revisions.get(7)?.status, 'superseded', 'the list has the new status of the older one')
})

t.test('revisions are kept in the order of their numbers, the oldest dropped', async (t) => {
  const numbers = Array.from({ length: KEPT.revisions + 3 }, (_, index) => index + 1)
  const state = after({ type: 'revisions', value: numbers.toReversed().map((number) => revision(number)) })
  t.same([...state.revisions.keys()], numbers.slice(3))
})

t.test(
  'a node keeps what an event does not name, and loses a NACK that an event no longer has',
  async (t) => {
    const nacked = node({
      [CLUSTER]: {
        state: 'NACKED',
        nack: { version: '2', nonce: '2', code: 13, message: 'bad', names: ['echo'] },
      },
      [LISTENER]: { state: 'SYNCED' },
    })
    const key = nodeKey(nacked)
    const state = after({ type: 'node', value: nacked })
    t.equal(state.nodes.get(key)?.types[CLUSTER]?.nack?.message, 'bad')
    const types = reduce(state, {
      type: 'nodes',
      value: [node({ [CLUSTER]: { state: 'SYNCED' } })],
    }).nodes.get(key)?.types
    t.equal(types?.[CLUSTER]?.nack, undefined)
    t.same(Object.keys(types ?? {}), [CLUSTER], 'a type that is no longer subscribed is gone')
  },
)

t.test('T31: a change of a source is in the status from then on, beside the other sources', async (t) => {
  const source = { source: 'registration', answered: true, endpoints: 1, changes: 1, problems: [] }
  const change = { at: '2026-01-01T00:00:00.000Z', upstream: 'echo', removed: [], changed: [] }
  const before = { ...status(1), endpoints: { echo: source, other: source } }
  const state = after(
    { type: 'status', value: before },
    { type: 'endpoints', value: { ...change, ...source, endpoints: 2, changes: 2, added: ['b2'] } },
  )
  t.same(state.status?.endpoints, { other: source, echo: { ...source, endpoints: 2, changes: 2 } })
})

t.test('a status replaces the nodes: one that it does not name is gone', async (t) => {
  const state = after({ type: 'node', value: node({}) }, { type: 'status', value: status(1) })
  t.equal(state.nodes.size, 0)
})

t.test('samples are kept by fleet, for as long as the page shows', async (t) => {
  const state = after(
    { type: 'traffic', value: sample('2026-01-01T00:00:00.000Z') },
    { type: 'traffic', value: sample('2026-01-01T00:15:00.000Z') },
    { type: 'traffic', value: sample('2026-01-01T00:15:00.001Z') },
    { type: 'traffic', value: sample('2026-01-01T00:00:00.000Z', 'canary') },
  )
  t.same(
    state.traffic.get('edge')?.map(({ at }) => at),
    ['2026-01-01T00:15:00.000Z', '2026-01-01T00:15:00.001Z'],
  )
  t.equal(state.traffic.get('canary')?.length, 1)
})

t.test('a stream that resumes changes nothing; one that does not forgets the load of before', async (t) => {
  const load = { at: '2026-01-01T00:00:00.000Z', seconds: 1, fleet: 'edge', rows: [] }
  const state = after({ type: 'load', value: load })
  const hello = { now: '2026-01-01T00:00:01.000Z', revision: 1 }
  t.equal(reduce(state, { type: 'hello', value: { ...hello, resumed: true } }), state)
  t.equal(reduce(state, { type: 'hello', value: { ...hello, resumed: false } }).load.size, 0)
})
