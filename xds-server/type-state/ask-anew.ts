// A client that asks for `*` anew is sent everything, and the names that it had and that no longer exist are removed.

import { UNKNOWN } from './held.ts'
import type { TypeState } from './type-state.ts'
import { forgotten, withHeld } from './view.ts'

/** The state after that. What is still on its way counts as had, too: the client will take it with its new subscription. */
export function askAnew(typeState: TypeState): TypeState {
  const { view, subscription, request, ledger } = typeState
  const onTheirWay = ledger.pending.flatMap(({ resources }) =>
    resources.map(({ name }) => [name, UNKNOWN] as const),
  )
  return {
    ...typeState,
    view: withHeld(forgotten(view, subscription), onTheirWay),
    request: { ...request, isFirst: true },
  }
}
