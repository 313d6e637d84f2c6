// The group of a node: its fleet, or the node itself.

import { create } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import t from 'tap'
import { nodeGroupOf } from './node-group.ts'

t.test(
  'nodes with one node.cluster are one group, and a node without a cluster is its own group',
  async (t) => {
    t.equal(nodeGroupOf(create(NodeSchema, { id: 'n1', cluster: 'edge' })), 'edge')
    t.equal(nodeGroupOf(create(NodeSchema, { id: 'n1' })), 'n1')
  },
)
