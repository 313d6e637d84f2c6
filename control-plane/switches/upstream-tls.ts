// TLS of an upstream: Envoy encrypts what it sends to the endpoints, and checks who they are.

import { UpstreamTlsContextSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { upstreamSwitch } from './attach-points.ts'
import { secretReferences, UpstreamTlsSchema } from './tls.ts'
import { toUpstreamSocket } from './tls-sockets.ts'

/** `tls` of an upstream: `Cluster.transport_socket`. */
export const upstreamTls = upstreamSwitch({
  field: 'tls',
  schema: UpstreamTlsSchema,
  // gRPC clients have certificate providers instead of SDS: https://github.com/grpc/proposal/blob/master/A29-xds-tls-security.md
  appliesTo: ['envoy'],
  messages: [UpstreamTlsContextSchema],
  references: secretReferences,
  toCluster(settings, { protocol }) {
    const transportSocket = toUpstreamSocket(settings, protocol === 'http1' ? 'http/1.1' : 'h2')
    return transportSocket === undefined ? {} : { transportSocket }
  },
})
