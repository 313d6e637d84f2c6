// Which snapshot a node is served: that of its group.

import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'

export type NodeGroup = (node: Node) => string

/** A fleet is the nodes that share `node.cluster`; a node without one stands for itself. */
export function nodeGroupOf(node: Node): string {
  return node.cluster || node.id
}
