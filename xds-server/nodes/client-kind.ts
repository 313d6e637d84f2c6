// What a node says of itself: its name and version, and whether it is a gRPC client or server.

import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import type { ClientInfo } from './status.ts'

/** gRPC names itself `gRPC Go`, `gRPC Java`, `gRPC C-core …`, `gRPC Node Pure JS`; Envoy is `envoy`. */
export function clientKindOf({ userAgentName }: Node): 'envoy' | 'grpc' {
  return /^grpc\b/i.test(userAgentName) ? 'grpc' : 'envoy'
}

/**
 * `none` for a client that does not say that it drops resources whose TTL is over. In SotW it must also unwrap the message that
 * carries the TTL. Envoy can do both and says neither, unless its bootstrap does.
 * https://www.envoyproxy.io/docs/envoy/latest/api/client_features
 */
export function ttlsFor({ clientFeatures }: Node, protocol: 'sotw' | 'delta'): 'none' | 'sotw' | 'delta' {
  const unwraps = protocol === 'delta' || WRAPPER_FEATURES.some((name) => clientFeatures.includes(name))
  return unwraps && clientFeatures.includes(TTL_FEATURE) ? protocol : 'none'
}

const TTL_FEATURE = 'xds.config.supports-resource-ttl'
/** The list of client features has the first name, and gRPC says it; the protocol document has the second. */
const WRAPPER_FEATURES = ['xds.config.resource-in-sotw', 'xds.config.supports-resource-in-sotw']

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
