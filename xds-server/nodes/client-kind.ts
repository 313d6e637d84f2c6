// Whether a node is a gRPC client or server, by what it says of itself.

import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'

/** gRPC names itself `gRPC Go`, `gRPC Java`, `gRPC C-core …`, `gRPC Node Pure JS`; Envoy is `envoy`. */
export function clientKindOf({ userAgentName }: Node): 'envoy' | 'grpc' {
  return /^grpc\b/i.test(userAgentName) ? 'grpc' : 'envoy'
}
