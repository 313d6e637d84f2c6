// The trial of a revision: whose answers count, and what they come to. Pure.

import type { NodeStatus } from '../../xds-server/index.ts'

export interface Trial {
  /** The fleets that are served something else than what was accepted last. */
  readonly fleets: ReadonlySet<string>
  /** Nodes that held what was served before, when the revision was written: these can tell. */
  readonly voters: ReadonlySet<string>
  /** Nodes that refuse what was served before already: their refusal says nothing about the revision. */
  readonly marked: ReadonlySet<string>
}

export type Ruling =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly by: readonly NodeStatus[] }
  /** `verifiable` where a node is connected that can tell. */
  | { readonly kind: 'open'; readonly verifiable: boolean }

/** Node ids are unique within a fleet. */
export function keyOf({ group, id }: Pick<NodeStatus, 'group' | 'id'>): string {
  return JSON.stringify([group, id])
}

export function keysOf(nodes: readonly NodeStatus[], state: NodeStatus['state']): Set<string> {
  return new Set(nodes.filter((node) => node.connected && node.state === state).map(keyOf))
}

/**
 * Voters decide, as far as they are connected. Where none is, whoever is served the revision decides, because nobody else
 * holds it yet.
 */
export function judge({ fleets, voters, marked }: Trial, nodes: readonly NodeStatus[]): Ruling {
  if (fleets.size === 0) return { kind: 'accepted' }
  const served = nodes.filter(({ connected, group, pinned }) => connected && !pinned && fleets.has(group))
  const present = served.filter((node) => voters.has(keyOf(node)))
  const jury = present.length > 0 ? present : served.filter((node) => !marked.has(keyOf(node)))
  const by = jury.filter(({ state }) => state === 'NACKED')
  if (by.length > 0) return { kind: 'refused', by }
  if (jury.length > 0 && jury.every(({ state }) => state === 'SYNCED')) return { kind: 'accepted' }
  return { kind: 'open', verifiable: present.length > 0 }
}
