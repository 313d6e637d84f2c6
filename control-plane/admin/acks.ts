// What the admin needs to know of the fleets' answers, and how it puts them into words.

import type { NodeStatus, SyncReport } from '../snapshot/status.ts'

/** The snapshot cache as the admin sees it. */
export interface Acks {
  /** The nodes of a group, or all. */
  status(group?: string): readonly NodeStatus[]
  /** Resolves when every node of the group has answered, or with `pending` when the signal aborts first. */
  synced(group: string, options: { readonly signal: AbortSignal }): Promise<SyncReport>
}

/** Who refused what, with Envoy's own text. */
export function describeRefusals(nodes: readonly NodeStatus[]): string {
  return nodes
    .flatMap(({ id, types }) =>
      Object.entries(types)
        .filter(([, { state }]) => state === 'NACKED')
        .map(([typeUrl, { nack }]) => `${id} refused ${shortName(typeUrl)}: ${nack?.message}`),
    )
    .join('; ')
}

/** Who has not answered yet, and about what. */
export function describePending(nodes: readonly NodeStatus[]): string {
  return nodes
    .filter(({ state }) => state !== 'SYNCED')
    .map(({ id, types }) => {
      const open = Object.entries(types)
        .filter(([, { state }]) => state !== 'SYNCED')
        .map(([typeUrl, { state }]) => `${shortName(typeUrl)} ${state}`)
      return `${id} (${open.join(', ') || 'has asked for nothing'})`
    })
    .join('; ')
}

function shortName(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('.') + 1)
}
