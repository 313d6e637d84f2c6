// The status of one stream: for each type its sync state, versions and NACK.

import type { SyncState, TypeView } from '../nodes/status.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { canRetry, type NackedResponse, type TypeState } from '../type-state/type-state.ts'
import type { StreamState } from './stream.ts'

/** By type URL, for the types that the stream subscribes to. */
export function describeStream(state: StreamState): ReadonlyMap<string, TypeView> {
  return new Map(
    [...state.typeStates].map(([typeUrl, typeState]) => [typeUrl, describeType(typeState, state.snapshot)]),
  )
}

function describeType(typeState: TypeState, latest: Snapshot | undefined): TypeView {
  const { subscription, base, ackedVersion, pendingResponses, nackedResponses } = typeState
  const nackedResponse = nackedResponses.at(-1)
  const sentVersion = pendingResponses.at(-1)?.version ?? (typeState.pushed && base.version)
  return {
    state: stateOf(typeState, latest),
    wildcard: subscription.wildcard,
    names: subscription.names,
    ...(sentVersion !== undefined && { sentVersion }),
    ...(ackedVersion !== undefined && { ackedVersion }),
    ...(nackedResponse && {
      nack: {
        version: nackedResponse.version,
        nonce: nackedResponse.nonce,
        code: nackedResponse.code,
        message: nackedResponse.message,
        names: [...nackedResponse.content.keys()],
      },
    }),
  }
}

function stateOf(
  { type, pendingResponses, nackedResponses, pushed, overrides, requested }: TypeState,
  latest: Snapshot | undefined,
): SyncState {
  // A NACK of content that is no longer served does not count: the node has not answered the new content yet.
  const isServed = (nackedResponse: NackedResponse) =>
    latest === undefined ||
    !canRetry(nackedResponse, (name) => typeIn(latest, type.typeUrl).resources.get(name)?.version)
  if (nackedResponses.some(isServed)) return 'NACKED'
  if (pendingResponses.length > 0) return 'STALE'
  const isDue =
    latest === undefined || pushed?.sequence !== latest.sequence || overrides.size > 0 || requested.size > 0
  return isDue ? 'NOT_SENT' : 'SYNCED'
}
