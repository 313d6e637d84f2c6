// States of a stream, made without playing it, for tests of code that reads a state.

import { shareList } from '../../core/memo.ts'
import type { ResourceType } from '../../xds-server/snapshot/resource-type.ts'
import { createSnapshot } from '../../xds-server/snapshot/snapshot.ts'
import { createTypeSnapshot } from '../../xds-server/snapshot/type-snapshot.ts'
import { createStreamState, type StreamState, withTypeState } from '../../xds-server/streams/stream.ts'
import type { Held } from '../../xds-server/type-state/held.ts'
import type { NackedResponse, PendingResponse } from '../../xds-server/type-state/responses.ts'
import { createTypeState, type TypeState } from '../../xds-server/type-state/type-state.ts'
import { emptyView, type View } from '../../xds-server/type-state/view.ts'
import { resourceFor, snapshotFor, typeUrlFor } from './script-resources.ts'

const NOTHING_SERVED = createSnapshot('fleet', 1, new Map())

interface StateFields {
  /** Subscribed names. Without any: everything. */
  readonly names?: readonly string[]
  /** What the client has, such as `a=1 b=1`. */
  readonly has?: string
  readonly except?: Readonly<Record<string, Held>>
  readonly pending?: readonly PendingResponse[]
  readonly nacked?: readonly NackedResponse[]
  readonly requested?: readonly string[]
}

/** The state of a type whose first request is answered. It was pushed an empty snapshot. */
export function typeStateOf(type: string, fields: StateFields = {}): TypeState {
  const { names = [], pending = [], nacked = [], requested = [] } = fields
  const created = createTypeState(typeUrlFor(type))
  return {
    ...created,
    subscription: { wildcard: names.length === 0, names: new Set(names), legacyWildcardOff: false },
    view: viewOf(type, fields.has, fields.except),
    ledger: { ...created.ledger, pending, nacked },
    pushed: NOTHING_SERVED,
    request: { ...created.request, isFirst: false, names: new Set(requested) },
  }
}

export function viewOf(type: string, has = '', except: Readonly<Record<string, Held>> = {}): View {
  const resources = resourcesOf(type, has)
  return {
    base: createTypeSnapshot(typeUrlFor(type), resources),
    overrides: new Map(Object.entries(except)),
  }
}

/** `a=1 b=1` → the resources. */
export function resourcesOf(type: string, text: string) {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => resourceFor(type, word))
}

/** A response with these resources, all of them changed. */
export function pendingOf(
  type: string,
  resources: string,
  fields: Partial<PendingResponse> = {},
): PendingResponse {
  const list = shareList(resourcesOf(type, resources))
  return {
    typeUrl: typeUrlFor(type),
    nonce: '1',
    version: resources,
    resources: list,
    changedResources: list,
    removed: [],
    before: emptyView(typeUrlFor(type)),
    added: new Set(),
    previous: NOTHING_SERVED,
    isAnswer: false,
    standsForOthers: false,
    ...fields,
  }
}

/** A NACK of these resources, which names none of them. */
export function nackedOf(
  type: string,
  resources: string,
  fields: Partial<NackedResponse> = {},
): NackedResponse {
  const content = new Map(resourcesOf(type, resources).map(({ name, version }) => [name, version]))
  return {
    nonce: '1',
    version: resources,
    code: 13,
    message: 'rejected',
    content,
    blamed: new Set(content.keys()),
    isReleased: false,
    isAmbiguous: false,
    ...fields,
  }
}

/** A stream with these types, on a snapshot with this content. */
export function streamOf(served: string, ...typeStates: readonly TypeState[]): StreamState {
  const created = {
    ...createStreamState(),
    snapshot: served === '' ? NOTHING_SERVED : snapshotFor(served, 1),
  }
  return typeStates.reduce(withTypeState, created)
}

/** The type of a short name. */
export function typeFor(type: string): ResourceType {
  return createTypeState(typeUrlFor(type)).type
}
