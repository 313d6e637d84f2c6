// What a client has under one resource name, as far as the server can know it.

import type { Resource } from '../snapshot/resource.ts'

export type Held =
  /** Nothing. After a removal, the response that removed the name has also said why. */
  | { readonly kind: 'absent'; readonly isRemoved?: true }
  /** A resource that we sent. */
  | { readonly kind: 'resource'; readonly resource: Resource }
  /** The version that the client reported when it reconnected. We do not have its content. */
  | { readonly kind: 'claimed'; readonly version: string }
  /** The client NACKed a response with this name. It has what it had before, or what the response carried (undefined: a removal). */
  | { readonly kind: 'unconfirmed'; readonly before: Held; readonly sent: Resource | undefined }
  /** Anything, or nothing. */
  | { readonly kind: 'unknown' }

export const ABSENT: Held = { kind: 'absent' }
export const REMOVED: Held = { kind: 'absent', isRemoved: true }
export const UNKNOWN: Held = { kind: 'unknown' }

export function holding(resource: Resource): Held {
  return { kind: 'resource', resource }
}

/** NACKed contents of one name that may be in effect. Of more, only the newest count: a client may NACK one each second for months. */
const MAX_UNCONFIRMED = 16

/** What a client has that NACKed content of a name. */
export function unconfirmed(before: Held, sent: Resource | undefined): Held {
  const isSame = before.kind === 'unconfirmed' && before.sent?.version === sent?.version
  return { kind: 'unconfirmed', before: isSame ? before.before : newest(before, MAX_UNCONFIRMED - 1), sent }
}

function newest(held: Held, count: number): Held {
  if (held.kind !== 'unconfirmed') return held
  if (count === 0) return beforeNacks(held)
  const before = newest(held.before, count - 1)
  return before === held.before ? held : { ...held, before }
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

/** Whether the client surely has nothing. A NACK of the answer that a name does not exist gives it nothing. */
export function isNothing(held: Held): boolean {
  if (held.kind === 'unconfirmed') return held.sent === undefined && isNothing(held.before)
  return held.kind === 'absent'
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
