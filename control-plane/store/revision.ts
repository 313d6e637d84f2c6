// A revision: the whole desired state as it was written once, by whom, and what became of it.

import type { Problem } from '../../core/errors.ts'

/**
 * pending: nodes that hold the revision before still have to ACK it. unverified: no node that could tell is connected.
 * accepted: all of them have ACKed. rejected: one refused it, and it stays in force. rolled_back: one refused it, and what
 * was accepted before is in force again. superseded: a newer revision came before the verdict.
 */
export const REVISION_STATUSES = [
  'pending',
  'unverified',
  'accepted',
  'rejected',
  'rolled_back',
  'superseded',
] as const
export type RevisionStatus = (typeof REVISION_STATUSES)[number]

/** Why a revision has its status: a sentence, and the places of the document that it is about. */
export interface Detail {
  readonly message: string
  readonly problems: readonly Problem[]
}

export interface RevisionInfo {
  /** From 1, without gaps. */
  readonly number: number
  /** Opaque; another revision has another one, whatever its content. */
  readonly etag: string
  readonly author: string
  /** When it was written, as in RFC 3339. */
  readonly createdAt: string
  readonly status: RevisionStatus
  readonly detail?: Detail
}

export interface Revision extends RevisionInfo {
  /** Plain JSON data. */
  readonly document: unknown
}
