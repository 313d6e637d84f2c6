// What may happen to the state: events of the control plane, answers of REST, and changes of the page itself.

import type { EventData, EventName, Revision, Status, Traffic } from './contract.ts'
import type { ConfigInForce, Link, OpenConnections, Session } from './state.ts'

/** What the page reads by REST or sets itself, by name. */
export interface Readings {
  readonly session: Session
  readonly link: Link
  readonly status: Status
  readonly config: ConfigInForce
  readonly revisions: readonly Revision[]
  readonly trafficRead: Traffic
  readonly open: OpenConnections
  readonly noTestbed: null
}

type Actions = EventData & Readings

export type Action = {
  [K in keyof Actions]: { readonly type: K; readonly value: Actions[K] }
}[keyof Actions]

/** The events of `GET /v1/events` that the page follows. */
export const EVENT_NAMES = [
  'hello',
  'revision',
  'node',
  'nodes',
  'endpoints',
  'flip',
  'traffic',
  'load',
  'connections',
  'testbed',
] as const satisfies readonly EventName[]
