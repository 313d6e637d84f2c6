// The outcome of a write: what the fleets did with the revision.

/**
 * - `synced`: the revision is accepted, and every connected node of the fleets that it changed has ACKed it.
 * - `nacked`: a node NACKed it.
 * - `pending`: the wait ended before every node had answered.
 * - `unverified`: no node is connected that could ACK it.
 * - `replaced`: a newer revision is in force without all of its changes; for a revision that is read: a newer one is in force.
 */
export const OUTCOMES = ['synced', 'nacked', 'pending', 'unverified', 'replaced'] as const
export type Outcome = (typeof OUTCOMES)[number]
