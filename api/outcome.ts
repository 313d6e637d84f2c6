// The outcome of a write: what the fleets did with the revision.

/**
 * - `synced`: the revision is accepted, and every connected node of the fleets that it changed has ACKed it.
 * - `nacked`: a node NACKed it.
 * - `pending`: the wait ended before every node had answered.
 * - `unverified`: no node is connected that could ACK it, or a newer revision took its place without all of its changes.
 */
export const OUTCOMES = ['synced', 'nacked', 'pending', 'unverified'] as const
export type Outcome = (typeof OUTCOMES)[number]
