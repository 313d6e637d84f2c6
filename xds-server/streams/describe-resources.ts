// The status of one stream, resource by resource.

import type { ResourceView } from '../nodes/resource-view.ts'
import { withoutCollections } from '../snapshot/collections.ts'
import type { Resource } from '../snapshot/resource.ts'
import { VIRTUAL_HOST } from '../snapshot/resource-type.ts'
import { errorsIn, typeIn } from '../snapshot/snapshot.ts'
import { isServedByDomain } from '../snapshot/virtual-host-domains.ts'
import { ackedResource, type Held, isExactly } from '../type-state/held.ts'
import type { PendingResponse } from '../type-state/responses.ts'
import { isSubscribed } from '../type-state/subscription.ts'
import { subscribedIn, type TypeState } from '../type-state/type-state.ts'
import { heldIn } from '../type-state/view.ts'
import type { StreamState } from './stream.ts'

/** Each resource that the client subscribes to or still has, by type and then by name. */
export function describeResources(stream: StreamState, protocol: 'sotw' | 'delta'): readonly ResourceView[] {
  return stream.typeStates
    .values()
    .flatMap((typeState) =>
      namesOf(stream, typeState).map((name) => describe(stream, typeState, name, protocol)),
    )
}

function namesOf(
  { snapshot }: StreamState,
  { type, subscription, view, ledger }: TypeState,
): readonly string[] {
  const served = snapshot ? subscribedIn(typeIn(snapshot, type.typeUrl), subscription) : []
  const held = [
    ...view.base.resources.names(),
    ...view.overrides.keys(),
    // The client has what a response removes until it answers.
    ...ledger.pending.flatMap(({ removed }) => removed),
  ]
  // A call's host that another virtual host serves is no resource of its own.
  const isAlias = (name: string) =>
    type.typeUrl === VIRTUAL_HOST && snapshot !== undefined && isServedByDomain(snapshot, name)
  const names = [
    ...served.map(({ name }) => name),
    ...withoutCollections(subscription.names).filter((name) => !isAlias(name)),
    ...held.filter((name) => isSubscribed(subscription, name)),
  ]
  return [...new Set(names)].sort()
}

function describe(
  stream: StreamState,
  typeState: TypeState,
  name: string,
  protocol: 'sotw' | 'delta',
): ResourceView {
  const { type, view, ledger, request } = typeState
  const { typeUrl } = type
  const { snapshot } = stream
  const served = snapshot && typeIn(snapshot, typeUrl).resources.get(name)
  const open = ledger.pending.find((pending) => concerns(pending, name))
  const held = heldIn(view, name, request.added)
  const acked = ackedResource(open === undefined ? held : heldIn(open.before, name, open.added))
  const nacked = ledger.nacked.findLast(
    ({ content, blamed }) => blamed.has(name) && content.get(name) === served?.version,
  )
  const error = served === undefined && held.kind === 'absent' ? toldError(stream, typeUrl, name) : undefined
  const ackedVersion = protocol === 'delta' ? acked?.version : acked && ledger.ackedVersion
  return {
    typeUrl,
    name,
    state: nacked ? 'error' : stateOf(held, served, open !== undefined),
    served,
    acked,
    ...(ackedVersion !== undefined && { ackedVersion }),
    ...(error && { error }),
    ...(nacked && { nack: { version: versionOf(nacked, served, protocol), message: nacked.message } }),
  }
}

function toldError({ snapshot, explain }: StreamState, typeUrl: string, name: string) {
  if (snapshot === undefined || explain === undefined) return undefined
  return errorsIn(snapshot, typeUrl).get(name) ?? explain(typeUrl, name)
}

function stateOf(held: Held, served: Resource | undefined, isOpen: boolean): 'synced' | 'stale' | 'notSent' {
  if (isOpen || held.kind === 'unconfirmed') return 'stale'
  // It asks for a name that the snapshot lacks: there is nothing to send.
  if (served === undefined) return 'notSent'
  return isExactly(held, served) ? 'synced' : 'notSent'
}

function concerns({ changedResources, removed }: PendingResponse, name: string): boolean {
  return removed.includes(name) || changedResources.some((resource) => resource.name === name)
}

function versionOf(
  nacked: { readonly version: string },
  served: Resource | undefined,
  protocol: 'sotw' | 'delta',
): string {
  return protocol === 'delta' ? (served?.version ?? '') : nacked.version
}
