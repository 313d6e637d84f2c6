// What a client has of one type: the content of a shared snapshot, except for some names.

import type { Resource } from '../snapshot/resource.ts'
import { emptyTypeSnapshot, type TypeSnapshot } from '../snapshot/type-snapshot.ts'
import { ABSENT, type Held, holding, isExactly, UNKNOWN } from './held.ts'
import { isSubscribed, NO_NAMES, type Subscription } from './subscription.ts'

export interface View {
  /** What the client has of its subscription is the content of this snapshot… */
  readonly base: TypeSnapshot
  /** …except for these names. */
  readonly overrides: ReadonlyMap<string, Held>
  /** A SotW client that reconnects with `*` has names that it does not list, until its first request is answered. */
  readonly hasUnlisted?: boolean
  /** The client has reported all of this on a new stream, and the stream has sent it nothing yet. */
  readonly isResumed?: boolean
}

export const NO_OVERRIDES: ReadonlyMap<string, Held> = new Map()

export function emptyView(typeUrl: string): View {
  return { base: emptyTypeSnapshot(typeUrl), overrides: NO_OVERRIDES }
}

/** Whether a client that begins a stream has reported anything. */
export function hasReported({ overrides, isResumed }: View): boolean {
  return overrides.size > 0 || isResumed === true
}

/** `added`: names that were not subscribed before, which the base may have and the client has not. */
export function heldIn(
  { base, overrides, hasUnlisted }: View,
  name: string,
  added: ReadonlySet<string> = NO_NAMES,
): Held {
  const override = overrides.get(name)
  if (override !== undefined) return override
  if (added.has(name)) return ABSENT
  const resource = base.resources.get(name)
  if (resource !== undefined) return holding(resource)
  return hasUnlisted ? UNKNOWN : ABSENT
}

/** The view after some names changed. Names that are again as in the base need no override. */
export function withHeld(view: View, changes: Iterable<readonly [string, Held]>): View {
  const overrides = new Map(view.overrides)
  for (const [name, held] of changes) {
    if (isExactly(held, view.base.resources.get(name))) overrides.delete(name)
    else overrides.set(name, held)
  }
  return { ...view, overrides }
}

/** The view of a client that may have anything under these names, or nothing. */
export function withUnknown(view: View, names: Iterable<string>): View {
  const changes = [...names].map((name) => [name, UNKNOWN] as const)
  return changes.length === 0 ? view : withHeld(view, changes)
}

/**
 * The view of a client that asks for `*` anew: it is sent everything, and the names that it had and that no longer exist are
 * removed.
 */
export function forgotten({ base, overrides }: View, subscription: Subscription): View {
  const had = [...base.resources.names(), ...overrides.keys()].filter((name) =>
    isSubscribed(subscription, name),
  )
  return withUnknown(emptyView(base.typeUrl), had)
}

/** Whether the client has this very resource for sure. */
export function hasExactly(view: View, resource: Resource): boolean {
  return isExactly(heldIn(view, resource.name), resource)
}
