// Listeners that were replaced. Envoy serves their open connections with the old content until its drain time is over, and an ACK
// does not wait for that. https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/operations/draining

import { ANY_NAME, type Reference } from '../snapshot/references.ts'
import type { Resource } from '../snapshot/resource.ts'
import { isUsedByListeners, LISTENER } from '../snapshot/resource-type.ts'
import { isExactly, resourcesInEffect } from '../type-state/held.ts'
import type { PendingResponse } from '../type-state/responses.ts'
import type { TypeState } from '../type-state/type-state.ts'
import { hasReported, heldIn, type View } from '../type-state/view.ts'
import type { Drain, Report, StreamState } from './stream.ts'

/** Stands for a nonce, for what a client has when its stream begins. */
const RECONNECT = 'reconnect'

/**
 * A client that reconnects may have listeners that it has not asked for yet, and their connections may be draining. What it has stays
 * for a drain time.
 */
export function drainAfterReconnect(state: StreamState, typeState: TypeState): StreamState {
  const { type, view } = typeState
  const isReported = hasReported(view) || view.hasUnlisted === true
  const isCovered = !state.isDraining || state.client === 'grpc' || !isUsedByListeners(type)
  if (!isReported || isCovered || state.drains.some(({ nonce }) => nonce === RECONNECT)) return state
  return { ...state, drains: [...state.drains, { nonce: RECONNECT, references: 'any' }] }
}

/** The state after these ACKs: the listeners that they replaced drain. */
export function withDrains(state: StreamState, reports: readonly Report[]): StreamState {
  if (!state.isDraining || state.client === 'grpc') return state
  let { drains } = state
  for (const report of reports) {
    if (report.kind !== 'acked' || report.typeUrl !== LISTENER) continue
    const drain = drainedBy(state, report.response)
    if (drain !== undefined) drains = [...drains, drain]
  }
  return drains === state.drains ? state : { ...state, drains }
}

/** What the listeners still use that an ACKed response replaced or removed. Undefined if it replaced none. */
function drainedBy(state: StreamState, response: PendingResponse): Drain | undefined {
  const { nonce, changedResources, removed, before } = response
  const references: Reference[] = []
  const changes = [
    ...changedResources.map((one) => [one.name, one] as const),
    ...removed.map((name) => [name, undefined] as const),
  ]
  for (const [name, resource] of changes) {
    const held = heldIn(before, name)
    if (isExactly(held, resource)) continue
    const resources = resourcesInEffect(held)
    if (resources === undefined) return { nonce, references: 'any' }
    references.push(...resources.flatMap((one) => one.references))
  }
  return references.length === 0 ? undefined : { nonce, references: withIndirect(state, references) }
}

/** The references, and those that they lead to: a listener's routes name the clusters. */
function withIndirect({ typeStates }: StreamState, direct: readonly Reference[]): readonly Reference[] {
  const found = new Map<string, Reference>()
  const queue = [...direct]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const key = `${next.typeUrl} ${next.name}`
    if (found.has(key)) continue
    found.set(key, next)
    const view = typeStates.get(next.typeUrl)?.view
    for (const { references } of view === undefined ? [] : inEffect(view, next.name))
      queue.push(...references)
  }
  return [...found.values()]
}

function inEffect(view: View, name: string): readonly Resource[] {
  const names =
    name === ANY_NAME ? new Set([...view.base.resources.names(), ...view.overrides.keys()]) : [name]
  return [...names].flatMap((one) => resourcesInEffect(heldIn(view, one)) ?? [])
}

/** Whether a draining listener uses a name. */
export function usesDraining({ drains }: StreamState, typeUrl: string, name: string): boolean {
  return drains.some(
    ({ references }) =>
      references === 'any' ||
      references.some((one) => one.typeUrl === typeUrl && [name, ANY_NAME].includes(one.name)),
  )
}
