// What every group of routes is given.

import type { Sessions } from '../access/sessions.ts'
import type { DesiredState, Loads, Nodes } from './desired-state.ts'

export interface RoutesOptions {
  readonly state: DesiredState
  readonly nodes: Nodes
  readonly loads: Loads
  readonly sessions: Sessions
  /** Aborts when the server closes, so that no wait delays that. */
  readonly closing: AbortSignal
}
