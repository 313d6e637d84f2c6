// What may happen to the state: events of the control plane, answers of REST, and changes of the page itself.

import type {
  ConnectionsReport,
  FlipProgress,
  Hello,
  LoadReport,
  NodeEvent,
  Revision,
  Status,
  TestbedLoad,
  Traffic,
  TrafficSample,
} from './contract.ts'
import type { ConfigInForce, Link, Session } from './state.ts'

/** The events of `GET /v1/events`, by name. */
export interface LiveEvents {
  readonly hello: Hello
  readonly revision: Revision
  readonly node: NodeEvent
  readonly nodes: readonly NodeEvent[]
  readonly flip: FlipProgress
  readonly traffic: TrafficSample
  readonly load: LoadReport
  readonly connections: ConnectionsReport
  readonly testbed: TestbedLoad
}

/** What the page reads by REST or sets itself, by name. */
export interface Readings {
  readonly session: Session
  readonly link: Link
  readonly status: Status
  readonly config: ConfigInForce
  readonly revisions: readonly Revision[]
  readonly trafficRead: Traffic
  readonly noTestbed: null
}

type Actions = LiveEvents & Readings

export type Action = {
  [K in keyof Actions]: { readonly type: K; readonly value: Actions[K] }
}[keyof Actions]

export const EVENT_NAMES = [
  'hello',
  'revision',
  'node',
  'nodes',
  'flip',
  'traffic',
  'load',
  'connections',
  'testbed',
] as const satisfies readonly (keyof LiveEvents)[]
