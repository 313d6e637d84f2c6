// The rollout of a revision: whose answers count, and the verdict that they lead to. Pure.

import type { NodeStatus } from '../../xds-server/index.ts'

export interface Rollout {
  /** The fleets that are served something else than what was accepted last. */
  readonly fleets: ReadonlySet<string>
  /** Keys of the nodes that were SYNCED when the revision was written: these can tell. */
  readonly baseline: ReadonlySet<string>
  /** Keys of the nodes that NACKed what was served before: their NACK says nothing about the revision. */
  readonly alreadyNacked: ReadonlySet<string>
}

export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected'; readonly by: readonly NodeStatus[] }
  /** `verifiable` if a node is connected that can tell. */
  | { readonly kind: 'open'; readonly verifiable: boolean }

/** Node ids are unique within a fleet. */
export function keyOf({ group, id }: Pick<NodeStatus, 'group' | 'id'>): string {
  return JSON.stringify([group, id])
}

export function keysOf(nodes: readonly NodeStatus[], state: NodeStatus['state']): Set<string> {
  return new Set(nodes.filter((node) => node.connected && node.state === state).map(keyOf))
}

/**
 * The baseline nodes decide, if any of them is connected. Otherwise every node that is served the revision decides, because
 * nobody else has it yet.
 */
export function evaluate(
  { fleets, baseline, alreadyNacked }: Rollout,
  nodes: readonly NodeStatus[],
): Verdict {
  if (fleets.size === 0) return { kind: 'accepted' }
  const served = nodes.filter(({ connected, group, pinned }) => connected && !pinned && fleets.has(group))
  const present = served.filter((node) => baseline.has(keyOf(node)))
  const eligible = present.length > 0 ? present : served.filter((node) => !alreadyNacked.has(keyOf(node)))
  const by = eligible.filter(({ state }) => state === 'NACKED')
  if (by.length > 0) return { kind: 'rejected', by }
  if (eligible.length > 0 && eligible.every(({ state }) => state === 'SYNCED')) return { kind: 'accepted' }
  return { kind: 'open', verifiable: present.length > 0 }
}
