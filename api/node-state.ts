// The state of a node, and of each resource type on it.

/**
 * - `NOT_SENT`: the control plane has something to send, or the node has not requested it yet.
 * - `STALE`: the newest version was sent, and the node has not answered.
 * - `SYNCED`: the node has ACKed the newest version.
 * - `MISSING`: the node waits for resources that the control plane does not have for it.
 * - `UNKNOWN`: the node NACKed the newest version or the one before; its next answer shows which.
 * - `NACKED`: the node NACKed the newest version.
 * - `DISCONNECTED`: the node has no open xDS stream.
 */
export const NODE_STATES = [
  'NOT_SENT',
  'STALE',
  'SYNCED',
  'MISSING',
  'UNKNOWN',
  'NACKED',
  'DISCONNECTED',
] as const
export type NodeState = (typeof NODE_STATES)[number]
