// Everything that the page knows, as one immutable value.

import type {
  Caller,
  ConnectionsEvent,
  FlipProgress,
  LoadEvent,
  NodeEvent,
  NodeStatus,
  Revision,
  Status,
  TestbedLoad,
  TrafficSample,
} from './contract.ts'

export type Session =
  | { readonly state: 'checking' }
  | { readonly state: 'signedOut'; readonly why?: string }
  | ({ readonly state: 'signedIn' } & Caller)

/** The connection to the control plane's events. */
export interface Link {
  readonly state: 'connecting' | 'live' | 'lost'
  /** When it got this state, in milliseconds since 1970. */
  readonly since: number
}

/** The document in force. */
export interface ConfigInForce {
  readonly document: JsonObject
  readonly etag: string
}

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** How many connections were open to each backend: at L4; at L7 there are no rows. */
export interface OpenConnections {
  readonly at: string
  readonly fleet: string
  readonly mode: 'l4' | 'l7'
  readonly rows: readonly OpenRow[]
}

export interface OpenRow {
  readonly upstream: string
  readonly node: string
  readonly endpoint?: string
  readonly address?: string
  readonly open: number
}

/** What the status tells of a node, brought up to date by events, which have less of it. */
export type NodeView = NodeEvent & Partial<Omit<NodeStatus, keyof NodeEvent>>

export interface State {
  readonly session: Session
  readonly link: Link
  /** Without its nodes, which are in `nodes`, and with the revision in force as last told. */
  readonly status: Omit<Status, 'nodes'> | undefined
  readonly config: ConfigInForce | undefined
  /** By `nodeKey`. */
  readonly nodes: ReadonlyMap<string, NodeView>
  /** By number, in the order of the numbers; the newest `KEPT.revisions`. */
  readonly revisions: ReadonlyMap<number, Revision>
  /** By number of the revision, likewise. */
  readonly flips: ReadonlyMap<number, FlipProgress>
  /** The last of each fleet, oldest first. */
  readonly traffic: ReadonlyMap<string, readonly TrafficSample[]>
  readonly load: ReadonlyMap<string, readonly LoadEvent[]>
  readonly connections: ReadonlyMap<string, readonly ConnectionsEvent[]>
  /** Read while a view shows it: at L4, connections are what is balanced. */
  readonly open: ReadonlyMap<string, readonly OpenConnections[]>
  /** Null where no testbed runs; undefined until the control plane has told. */
  readonly testbed: TestbedLoad | null | undefined
}

/** How much of each the page keeps. */
export const KEPT = { revisions: 200, flips: 50, minutes: 15 } as const

export const INITIAL: State = {
  session: { state: 'checking' },
  link: { state: 'connecting', since: 0 },
  status: undefined,
  config: undefined,
  nodes: new Map(),
  revisions: new Map(),
  flips: new Map(),
  traffic: new Map(),
  load: new Map(),
  connections: new Map(),
  open: new Map(),
  testbed: undefined,
}

/** Nodes of two fleets may have one ID. */
export function nodeKey({ fleet, id }: { readonly fleet: string; readonly id: string }): string {
  return `${fleet}/${id}`
}
