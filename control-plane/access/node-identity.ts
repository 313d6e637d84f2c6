// Which node a certificate may speak for: the one that it names, and no other.

import { nodeUri } from '../../core/spiffe-ids.ts'

/**
 * The rule of `startXdsServer({ authorize })` for fleets: who calls itself a node of a fleet shows a certificate for just
 * that node of that fleet. Why it may not, where it may not.
 */
export function rejectForeignNode(
  peer: { readonly uris: readonly string[] },
  { id, cluster }: { readonly id: string; readonly cluster: string },
): string | undefined {
  const expected = nodeUri(cluster, id)
  if (cluster !== '' && peer.uris.includes(expected)) return undefined
  const shown = peer.uris.length === 0 ? 'no URI' : peer.uris.join(', ')
  return `the certificate names ${shown}, and node "${id}" of fleet "${cluster}" needs one for ${expected}`
}
