// A load-balancing setting in one or two words.

import type { LbRequest } from './schemas/lb.ts'

/** `L4`, or the mode with its policy: `L7 round_robin`. */
export function nameOfLb({ mode, policy }: LbRequest): string {
  if (mode === 'l4') return 'L4'
  return policy === undefined ? 'L7' : `L7 ${policy}`
}
