// The group of a node, which decides the snapshot that the node is served.

import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'

/**
 * Returns the name of a node's group.
 *
 * @example
 * ```ts
 * import { type NodeGroup, nodeGroupOf, SnapshotCache } from 'switchyard'
 *
 * const byZone: NodeGroup = (node) => `${nodeGroupOf(node)}/${node.locality?.zone ?? ''}`
 * const zones = new SnapshotCache({ nodeGroup: byZone })
 * ```
 */
export type NodeGroup = (node: Node) => string

/**
 * The default group: `node.cluster`. A node with an empty cluster has a group of its own, named by `node.id`.
 *
 * @example
 * ```ts
 * import { create } from '@bufbuild/protobuf'
 * import { nodeGroupOf } from 'switchyard'
 * import { NodeSchema } from 'switchyard/protos/envoy/config/core/v3/base_pb.js'
 *
 * nodeGroupOf(create(NodeSchema, { id: 'edge-1', cluster: 'edge' })) // 'edge'
 * ```
 */
export function nodeGroupOf(node: Node): string {
  return node.cluster || node.id
}
