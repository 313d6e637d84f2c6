// The state after an action: pure, and an action that changes nothing gives the same state back.

import type { Action } from './actions.ts'
import type { EndpointChange, NodeEvent, Revision, Status } from './contract.ts'
import { KEPT, type NodeView, nodeKey, type State } from './state.ts'

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'hello':
      // The control plane may have been replaced by one that counts anew; what it told before is read again.
      return action.value.resumed
        ? state
        : { ...state, load: new Map(), connections: new Map(), open: new Map() }
    case 'session':
    case 'link':
    case 'config':
      return { ...state, [action.type]: action.value }
    case 'status':
      return withStatus(state, action.value)
    case 'revision':
      return withRevision(state, action.value)
    case 'revisions':
      return { ...state, revisions: newest(state.revisions, action.value, KEPT.revisions) }
    case 'node':
      return withNodes(state, [action.value])
    case 'nodes':
      return withNodes(state, action.value)
    case 'endpoints':
      return withEndpoints(state, action.value)
    case 'flip':
      return { ...state, flips: newest(state.flips, [action.value], KEPT.flips) }
    case 'traffic':
    case 'load':
    case 'connections':
    case 'open': {
      const reports = appended<Timed & { readonly fleet: string }>(state[action.type], [action.value])
      return { ...state, [action.type]: reports }
    }
    case 'trafficRead':
      return { ...state, traffic: appended(new Map(), action.value.samples) }
    case 'testbed':
      return { ...state, testbed: action.value }
    case 'noTestbed':
      return { ...state, testbed: null }
  }
}

function withStatus(state: State, { nodes, ...status }: Status): State {
  const views = nodes.map((node): [string, NodeView] => [nodeKey(node), node])
  return {
    ...state,
    status,
    nodes: new Map(views),
    revisions: newest(state.revisions, [status.revision], KEPT.revisions),
  }
}

function withRevision(state: State, revision: Revision): State {
  const revisions = newest(state.revisions, [revision], KEPT.revisions)
  const { status } = state
  // An older revision changes its status too, for instance to superseded.
  if (status === undefined || revision.revision < status.revision.revision) return { ...state, revisions }
  return { ...state, revisions, status: { ...status, revision } }
}

function withEndpoints(state: State, change: EndpointChange): State {
  const { at: _at, upstream, added: _added, removed: _removed, changed: _changed, ...source } = change
  const { status } = state
  if (status === undefined) return state
  return { ...state, status: { ...status, endpoints: { ...status.endpoints, [upstream]: source } } }
}

function withNodes(state: State, events: readonly NodeEvent[]): State {
  const nodes = new Map(state.nodes)
  for (const event of events) {
    const key = nodeKey(event)
    const before = nodes.get(key)
    const types = Object.entries(event.types).map(([typeUrl, type]) => [
      typeUrl,
      { ...before?.types[typeUrl], ...type, nack: type.nack },
    ])
    nodes.set(key, { ...before, ...event, types: Object.fromEntries(types) } as NodeView)
  }
  return { ...state, nodes }
}

/** In the order of the numbers, without the oldest. */
function newest<T extends { readonly revision: number }>(
  before: ReadonlyMap<number, T>,
  added: readonly T[],
  kept: number,
): ReadonlyMap<number, T> {
  const all = new Map(before)
  for (const one of added) all.set(one.revision, one)
  const sorted = [...all].sort(([a], [b]) => a - b)
  return new Map(sorted.slice(-kept))
}

interface Timed {
  readonly at: string
}

/** Appends to the lists of the fleets, and drops what is older than `KEPT.minutes`. */
function appended<T extends Timed & { readonly fleet: string }>(
  before: ReadonlyMap<string, readonly T[]>,
  added: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const all = new Map(before)
  for (const [fleet, some] of Map.groupBy(added, ({ fleet }) => fleet)) {
    const list = [...(all.get(fleet) ?? []), ...some]
    const last = list.at(-1)
    const oldest = last === undefined ? 0 : Date.parse(last.at) - KEPT.minutes * 60_000
    const from = list.findIndex(({ at }) => Date.parse(at) >= oldest)
    all.set(fleet, from > 0 ? list.slice(from) : list)
  }
  return all
}
