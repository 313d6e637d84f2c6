// Which node a certificate stands for: a fleet and a name in it, as a SPIFFE-style URI.

/** What a control plane's certificate is named: nodes check that they speak to it, and to nobody else. */
export const CONTROL_PLANE_URI = 'spiffe://switchyard/control-plane'

/** Such as `spiffe://switchyard/fleet/edge/node/edge-1`. */
export function nodeUri(fleet: string, node: string): string {
  return `spiffe://switchyard/fleet/${encodeURIComponent(fleet)}/node/${encodeURIComponent(node)}`
}

/**
 * The rule of `startXdsServer({ authorize })` for fleets: who calls itself a node of a fleet shows a certificate for just
 * that node of that fleet. Why it may not, where it may not.
 */
export function refuseForeignNode(
  peer: { readonly uris: readonly string[] },
  { id, cluster }: { readonly id: string; readonly cluster: string },
): string | undefined {
  const expected = nodeUri(cluster, id)
  if (cluster !== '' && peer.uris.includes(expected)) return undefined
  const shown = peer.uris.length === 0 ? 'no URI' : peer.uris.join(', ')
  return `the certificate names ${shown}, and node "${id}" of fleet "${cluster}" needs one for ${expected}`
}
