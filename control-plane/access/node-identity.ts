// Node identity: a certificate is valid for the one node that it names.

import { CONTROL_PLANE_URI, nodeUri } from '../../core/spiffe-ids.ts'

/**
 * For `startXdsServer({ authorize })`: a client that claims to be a node of a fleet must show a certificate for that node of
 * that fleet.
 * @returns the reason to deny the stream, or undefined to allow it
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

/**
 * For client status (CSDS): a node may see itself, and who has the control plane's own certificate sees every node.
 * @returns the reason to deny it, or undefined to allow it
 */
export function rejectForeignReader(
  peer: { readonly uris: readonly string[] },
  node: { readonly id: string; readonly cluster: string },
): string | undefined {
  return peer.uris.includes(CONTROL_PLANE_URI) ? undefined : rejectForeignNode(peer, node)
}
