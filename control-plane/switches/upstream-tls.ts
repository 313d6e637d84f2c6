// TLS of an upstream: clients encrypt what they send to the endpoints, and check who these are.

import { UpstreamTlsContextSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { upstreamSwitch } from './attach-points.ts'
import { unsupported } from './grpc-clients.ts'
import { toGrpcUpstreamSocket } from './grpc-tls.ts'
import { ANY_SAN, secretReferences, UpstreamTlsSchema } from './tls.ts'
import { toUpstreamSocket } from './tls-sockets.ts'

/** `tls` of an upstream: `Cluster.transport_socket`. */
export const upstreamTls = upstreamSwitch({
  field: 'tls',
  schema: UpstreamTlsSchema,
  appliesTo: ['envoy', 'proxyless'],
  protects: true,
  unsupportedBy: ({ minVersion }) =>
    minVersion === '1.3' ? unsupported('the least version 1.3', { steps: ['minVersion'] }) : [],
  messages: [UpstreamTlsContextSchema],
  references: secretReferences,
  *problems({ enabled, sans }) {
    if (!enabled || sans !== undefined) return
    yield {
      steps: ['sans'],
      message: `is missing: write the names that endpoints may have, or ${ANY_SAN} if every certificate of the ca may answer`,
    }
  },
  toCluster(settings, { protocol }) {
    const transportSocket = toUpstreamSocket(settings, protocol === 'http1' ? 'http/1.1' : 'h2')
    return transportSocket === undefined ? {} : { transportSocket }
  },
  toGrpcCluster(settings, { certificateProvider }) {
    const transportSocket = toGrpcUpstreamSocket(settings, certificateProvider)
    return transportSocket === undefined ? {} : { transportSocket }
  },
})
