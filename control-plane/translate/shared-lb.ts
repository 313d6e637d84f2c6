// The load-balancing settings that upstreams get from their fleet.

import { memoize, shareEqual } from '../../core/memo.ts'
import type { BalancingFleet, LbSettings } from '../document/model.ts'

/** Fleets with equal settings share the object, and so everything that is made of it. The mode makes no difference to upstreams. */
export const sharedLb = memoize(({ mode: _, ...lb }: BalancingFleet['lb']): LbSettings => shareEqual(lb))
