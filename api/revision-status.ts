// The status of a revision.

/**
 * - `pending`: nodes that were SYNCED when the revision was written have not ACKed it yet.
 * - `unverified`: no such node is connected, so nothing is known yet.
 * - `accepted`: every such node has ACKed it.
 * - `rejected`: such a node NACKed it, and the fleet's `onNack` keeps it in force.
 * - `rolled_back`: such a node NACKed it, and the last accepted document is in force again, as a new revision.
 * - `superseded`: a newer revision was written before this one had a verdict.
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
