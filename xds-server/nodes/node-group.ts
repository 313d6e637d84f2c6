// The group of a node, which decides the snapshot that the node is served.

import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'

/** Returns the name of a node's group. */
export type NodeGroup = (node: Node) => string

/** The default group: `node.cluster`. A node with an empty cluster has a group of its own, named by `node.id`. */
export function nodeGroupOf(node: Node): string {
  return node.cluster || node.id
}
