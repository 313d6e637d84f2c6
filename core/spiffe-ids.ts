// The SPIFFE-style URIs in the certificates of a control plane and of its nodes.

/** The control plane's URI. Nodes check it, so that they talk to no other server. */
export const CONTROL_PLANE_URI = 'spiffe://switchyard/control-plane'

/** A node's URI, such as `spiffe://switchyard/fleet/edge/node/edge-1`. The fleet is its `node.cluster`. */
export function nodeUri(fleet: string, node: string): string {
  return `spiffe://switchyard/fleet/${encodeURIComponent(fleet)}/node/${encodeURIComponent(node)}`
}
