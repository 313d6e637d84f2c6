// What a thread that evaluates a policy says to its parent.

import type { Decision } from '../decision.ts'

export type ThreadMessage =
  | { readonly ready: true }
  /** Why the policy cannot be used. */
  | { readonly failure: string }
  /** Of the one input that it has. */
  | { readonly decision: Decision }
