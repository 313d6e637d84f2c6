// What a client has under one resource name, as far as the server can know it.

import type { Resource } from '../snapshot/resource.ts'

export type Held =
  /** Nothing. */
  | { readonly kind: 'absent' }
  /** A resource that we sent. */
  | { readonly kind: 'resource'; readonly resource: Resource }
  /** The version that the client reported when it reconnected. We do not have its content. */
  | { readonly kind: 'claimed'; readonly version: string }
  /** The client NACKed a response with this name. It has what it had before, or what the response carried (undefined: a removal). */
  | { readonly kind: 'unconfirmed'; readonly before: Held; readonly sent: Resource | undefined }
  /** Anything, or nothing. */
  | { readonly kind: 'unknown' }

export const ABSENT: Held = { kind: 'absent' }
export const UNKNOWN: Held = { kind: 'unknown' }

export function holding(resource: Resource): Held {
  return { kind: 'resource', resource }
}

export function holdingOrAbsent(resource: Resource | undefined): Held {
  return resource === undefined ? ABSENT : holding(resource)
}

/** What the client had before it NACKed others. */
export function beforeNacks(held: Held): Held {
  return held.kind === 'unconfirmed' ? beforeNacks(held.before) : held
}

/** The resource that the client had before it NACKed others. Undefined if it had none, or one that we do not have. */
export function ackedResource(held: Held): Resource | undefined {
  const acked = beforeNacks(held)
  return acked.kind === 'resource' ? acked.resource : undefined
}

/** Each resource that may be in effect at the client. Undefined if that can be anything. */
export function resourcesInEffect(held: Held): readonly Resource[] | undefined {
  switch (held.kind) {
    case 'absent':
      return []
    case 'resource':
      return [held.resource]
    case 'unconfirmed': {
      const before = resourcesInEffect(held.before)
      return before && (held.sent === undefined ? before : [...before, held.sent])
    }
    default:
      return undefined
  }
}

/** Whether the client surely has exactly this: the resource, or nothing if it is undefined. */
export function isExactly(held: Held, wanted: Resource | undefined): boolean {
  switch (held.kind) {
    case 'absent':
      return wanted === undefined
    case 'resource':
      return held.resource.version === wanted?.version
    case 'claimed':
      // A resource with a TTL may have expired since the client reported it.
      return held.version === wanted?.version && wanted.ttlMs === undefined
    default:
      return false
  }
}
