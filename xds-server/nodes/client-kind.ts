// What a node says of itself: its name and version, and whether it is a gRPC client or server.

import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import type { ClientInfo } from './status.ts'

/** gRPC names itself `gRPC Go`, `gRPC Java`, `gRPC C-core …`, `gRPC Node Pure JS`; Envoy is `envoy`. */
export function clientKindOf({ userAgentName }: Node): 'envoy' | 'grpc' {
  return /^grpc\b/i.test(userAgentName) ? 'grpc' : 'envoy'
}

/** Undefined for a client that does not name itself. */
export function clientInfoOf({
  userAgentName: name,
  userAgentVersionType: version,
}: Node): ClientInfo | undefined {
  if (name === '') return undefined
  if (version.case === 'userAgentVersion') return { name, version: version.value }
  const { majorNumber, minorNumber, patch } = version.value?.version ?? {}
  return majorNumber === undefined ? { name } : { name, version: `${majorNumber}.${minorNumber}.${patch}` }
}
