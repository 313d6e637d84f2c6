// The status of one stream: for each type its sync state, versions and NACK.

import { shownNames } from '../nodes/name-list.ts'
import type { SyncState, TypeView } from '../nodes/status.ts'
import { type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import { diffTypes } from '../snapshot/type-snapshot.ts'
import type { NackedResponse } from '../type-state/responses.ts'
import { isSubscribed, NO_NAMES, without } from '../type-state/subscription.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { heldIn } from '../type-state/view.ts'
import { usesDraining } from './drain.ts'
import { countExpiring } from './heartbeat.ts'
import type { StreamState } from './stream.ts'

/** By type URL, for the types that the stream subscribes to. */
export function describeStream(state: StreamState): ReadonlyMap<string, TypeView> {
  return new Map(
    state.typeStates.values().map((typeState) => [typeState.type.typeUrl, describeType(state, typeState)]),
  )
}

function describeType(stream: StreamState, typeState: TypeState): TypeView {
  const { subscription, view, ledger, pushed } = typeState
  const nacked = ledger.nacked.at(-1)
  const missing = stream.snapshot === undefined ? unanswered(typeState) : missingIn(stream, typeState)
  const expiring = countExpiring(stream, typeState)
  const sentVersion = ledger.pending.at(-1)?.version ?? (pushed === 'none' ? undefined : view.base.version)
  return {
    state: stateOf(stream, typeState),
    wildcard: subscription.wildcard,
    names: subscription.names,
    ...(missing.length > 0 && { missing }),
    ...(expiring > 0 && { expiring }),
    ...(sentVersion !== undefined && { sentVersion }),
    ...(ledger.ackedVersion !== undefined && { ackedVersion: ledger.ackedVersion }),
    ...(nacked && {
      nack: {
        version: nacked.version,
        nonce: nacked.nonce,
        code: nacked.code,
        message: nacked.message,
        names: shownNames([...nacked.content.keys()]),
      },
    }),
  }
}

function missingIn({ missing }: StreamState, { type }: TypeState): readonly string[] {
  return missing.get(type.typeUrl)?.names ?? []
}

/** Names that a client of a group without a snapshot asks for. It keeps what it has. */
function unanswered({ subscription, view, request }: TypeState): readonly string[] {
  return [...subscription.names].filter((name) => heldIn(view, name, request.added).kind === 'absent')
}

function stateOf(stream: StreamState, typeState: TypeState): SyncState {
  const { snapshot } = stream
  const { ledger } = typeState
  if (ledger.nacked.some((nacked) => isServed(nacked, typeState, snapshot))) return 'NACKED'
  if (ledger.nacked.some(({ isAmbiguous }) => isAmbiguous)) return 'UNKNOWN'
  if (missingIn(stream, typeState).length > 0) return 'MISSING'
  if (ledger.pending.length > 0) return 'STALE'
  if (snapshot === undefined || isDue(stream, typeState, snapshot)) return 'NOT_SENT'
  return 'SYNCED'
}

/** A NACK of content that is no longer served does not count: the client has not answered the new content yet. */
function isServed(
  { content, blamed, isReleased }: NackedResponse,
  { type }: TypeState,
  latest: Snapshot | undefined,
): boolean {
  if (isReleased || latest === undefined) return !isReleased
  const { resources } = typeIn(latest, type.typeUrl)
  return [...content].every(
    ([name, version]) => !blamed.has(name) || resources.get(name)?.version === version,
  )
}

/** Whether something is still to be sent. A removal that waits for draining listeners is not due yet. */
function isDue(stream: StreamState, typeState: TypeState, latest: Snapshot): boolean {
  const { type, subscription, view, request } = typeState
  const lookedUp = stream.lookups.get(type.typeUrl) ?? NO_NAMES
  if (request.isFirst || request.names.size > 0 || without(request.waiting, lookedUp).size > 0) return true
  const wanted = typeIn(latest, type.typeUrl)
  const waits = (name: string) => !wanted.resources.has(name) && usesDraining(stream, type.typeUrl, name)
  if ([...view.overrides.keys()].some((name) => !waits(name))) return true
  const { changed, removed } = diffTypes(view.base, wanted)
  const concerns = (name: string) => isSubscribed(subscription, name)
  return changed.some(({ name }) => concerns(name)) || removed.some(concerns)
}
