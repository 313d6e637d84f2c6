// What every group of routes is given.

import type { Sessions } from '../access/sessions.ts'
import type { Tokens } from '../access/tokens.ts'
import type {
  Dashboards,
  DesiredState,
  Endpoints,
  Events,
  Flips,
  Loads,
  Nodes,
  Testbed,
  TrafficHistory,
} from './desired-state.ts'

export interface RoutesOptions {
  readonly state: DesiredState
  readonly nodes: Nodes
  readonly endpoints: Endpoints
  readonly loads: Loads
  readonly traffic: TrafficHistory
  /** Default: nothing is skipped. */
  readonly logs?: { readonly skippedBytes: number }
  readonly events: Events
  readonly flips: Flips
  /** Undefined if no testbed started the control plane. */
  readonly testbed?: Testbed
  /** Undefined if the control plane knows no Prometheus. */
  readonly dashboards?: Dashboards
  readonly sessions: Sessions
  /** Undefined if the control plane asks for no tokens. */
  readonly tokens?: Pick<Tokens, 'list' | 'create' | 'revoke'>
  /** Aborts when the server closes, so that no wait delays that. */
  readonly closing: AbortSignal
}
