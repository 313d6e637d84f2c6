// What the certificates of a control plane and of its nodes are called: SPIFFE-style URIs.

/** The control plane's own: nodes check that they speak to it, and to nobody else. */
export const CONTROL_PLANE_URI = 'spiffe://switchyard/control-plane'

/** A node's, such as `spiffe://switchyard/fleet/edge/node/edge-1`; the fleet is its `node.cluster`. */
export function nodeUri(fleet: string, node: string): string {
  return `spiffe://switchyard/fleet/${encodeURIComponent(fleet)}/node/${encodeURIComponent(node)}`
}
