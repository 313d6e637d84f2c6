// Configurations of filters (ECDS) that do not exist. Envoy 1.40 waits for one for its initial fetch timeout and then uses the default
// of the filter. If one that it never had is removed, that timer ends, and the listener warms forever.

import { EXTENSION_CONFIG } from '../snapshot/resource-type.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { heldIn } from '../type-state/view.ts'

/** Those of the removed names that a delta response lists: for filters, only what the client may have. */
export function listedRemovals(
  { type, view, request }: TypeState,
  removed: readonly string[],
): readonly string[] {
  if (type.typeUrl !== EXTENSION_CONFIG) return removed
  return removed.filter((name) => heldIn(view, name, request.added).kind !== 'absent')
}
