// A revision: the whole desired state as it was written once, by whom, and what became of it.

import type { RevisionStatus } from '../../api/revision-status.ts'
import type { Problem } from '../../core/errors.ts'

export type { RevisionStatus }

/** Which revision a write expects in force: one with any of these ETags, or any revision. */
export type IfMatch = readonly string[] | '*'

/** Why a revision has its status: a sentence, and the places in the document that it is about. */
export interface Detail {
  readonly message: string
  readonly problems: readonly Problem[]
}

export interface RevisionInfo {
  /** From 1, without gaps. */
  readonly number: number
  /** Opaque and unique: two revisions with the same document have different ETags. */
  readonly etag: string
  /** The name of the token that wrote it; `file`, `rest` or `system` if there was none. */
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
