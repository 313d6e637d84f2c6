// What to do about one resource name: the rules of the protocol as one total function. decisions.md has its whole table.

/** What the client has: see `Held`. `same` and `other` compare it with the wanted resource. */
export const HELD_CASES = ['absent', 'same', 'other', 'claimed', 'unconfirmed', 'unknown'] as const
export type HeldCase = (typeof HELD_CASES)[number]

export interface Facts {
  /**
   * `other`: a resource that we sent, with other content than the wanted one. `claimed`: a reported version that is not the wanted
   * one. `unconfirmed`: unknown since a NACK, but we have the resource that the client had before.
   */
  readonly held: HeldCase
  /** The snapshot that this push leads to has the resource. */
  readonly isWanted: boolean
  /** The client asked for the name and has no answer yet. */
  readonly isRequested: boolean
  /** The client NACKed exactly what is wanted now. */
  readonly isNacked: boolean
  /** The name must wait: it is ahead of its stage, or the resource refers to one that the client NACKed. */
  readonly mustWait: boolean
  /** Nothing that the client may have in effect uses the name. */
  readonly isRemovable: boolean
}

/**
 * `none`: nothing to do. `send`: send the wanted resource. `remove`: tell the client that it is gone. `keep`: leave the client what
 * it has for now, and decide again later. `restore`: send again what the client had, because it cannot go yet.
 */
export type Decision = 'none' | 'send' | 'remove' | 'keep' | 'restore'

export function decide(facts: Facts): Decision {
  return facts.isWanted ? decideWanted(facts) : decideUnwanted(facts)
}

function decideWanted({ held, isRequested, isNacked, mustWait }: Facts): Decision {
  // A request is answered at once, even with NACKed content: a client that asks anew may accept it.
  if (isRequested) return 'send'
  if (held === 'same') return 'none'
  return isNacked || mustWait ? 'keep' : 'send'
}

function decideUnwanted({ held, isRequested, isNacked, mustWait, isRemovable }: Facts): Decision {
  if (held === 'absent') return isRequested ? 'remove' : 'none'
  if (isRequested) {
    const canRestore = held === 'other' || held === 'unconfirmed'
    return canRestore && !isRemovable ? 'restore' : 'remove'
  }
  if (isNacked || mustWait) return 'keep'
  if (isRemovable) return 'remove'
  // The NACKed content is gone from the snapshot, but something still uses the name: it goes back to its ACKed content.
  return held === 'unconfirmed' ? 'restore' : 'keep'
}
