// How one stream stands, in the words of the status.

import type { SyncState, TypeView } from '../nodes/status.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { type Delivery, isTouched, type Refusal } from '../type-state/type-state.ts'
import type { StreamState } from './stream.ts'

/** By type URL, for the types that the stream has asked for. */
export function describeStream(state: StreamState): ReadonlyMap<string, TypeView> {
  return new Map(
    [...state.deliveries].map(([typeUrl, delivery]) => [typeUrl, describeDelivery(delivery, state.snapshot)]),
  )
}

function describeDelivery(delivery: Delivery, latest: Snapshot | undefined): TypeView {
  const { subscription, base, ackedVersion, flights, refusals } = delivery
  const refusal = refusals.at(-1)
  const sentVersion = flights.at(-1)?.version ?? (delivery.pushed && base.version)
  return {
    state: stateOf(delivery, latest),
    wildcard: subscription.wildcard,
    names: subscription.names,
    ...(sentVersion !== undefined && { sentVersion }),
    ...(ackedVersion !== undefined && { ackedVersion }),
    ...(refusal && {
      nack: {
        version: refusal.version,
        nonce: refusal.nonce,
        code: refusal.code,
        message: refusal.message,
        names: [...refusal.content.keys()],
      },
    }),
  }
}

function stateOf(
  { type, flights, refusals, pushed, apart, owed }: Delivery,
  latest: Snapshot | undefined,
): SyncState {
  // Where other content is served by now, the verdict on it is still to come.
  const isServed = (refusal: Refusal) =>
    latest === undefined ||
    !isTouched(refusal, (name) => typeIn(latest, type.typeUrl).resources.get(name)?.version)
  if (refusals.some(isServed)) return 'NACKED'
  if (flights.length > 0) return 'STALE'
  const isDue =
    latest === undefined || pushed?.sequence !== latest.sequence || apart.size > 0 || owed.size > 0
  return isDue ? 'NOT_SENT' : 'SYNCED'
}
