// Mutual TLS between an Envoy and its control plane, for the bootstrap.
import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import {
  type TransportSocket,
  TransportSocketSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import {
  SubjectAltNameMatcher_SanType,
  TlsParameters_TlsProtocol,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/common_pb.js'
import { UpstreamTlsContextSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { CONTROL_PLANE_URI } from '../core/spiffe-ids.ts'

/** Paths of PEM files, which Envoy reads. */
export interface XdsTlsFiles {
  /** The node's certificate, whose SAN is `nodeUri`. */
  readonly certificate: string
  readonly key: string
  /** The CA certificates that verify the control plane. */
  readonly ca: string
}

const { TLSv1_3 } = TlsParameters_TlsProtocol

/** Mutual TLS: sends the node's certificate, and accepts only the certificate of the control plane. */
export function xdsTransportSocket({ certificate, key, ca }: XdsTlsFiles): TransportSocket {
  const fromFile = (filename: string) => ({ specifier: { case: 'filename' as const, value: filename } })
  const controlPlane = { matchPattern: { case: 'exact' as const, value: CONTROL_PLANE_URI } }
  const context = create(UpstreamTlsContextSchema, {
    commonTlsContext: {
      // As a client, Envoy uses TLS 1.2 at most by default.
      tlsParams: { tlsMinimumProtocolVersion: TLSv1_3, tlsMaximumProtocolVersion: TLSv1_3 },
      tlsCertificates: [{ certificateChain: fromFile(certificate), privateKey: fromFile(key) }],
      validationContextType: {
        case: 'validationContext',
        value: {
          trustedCa: fromFile(ca),
          matchTypedSubjectAltNames: [{ sanType: SubjectAltNameMatcher_SanType.URI, matcher: controlPlane }],
        },
      },
    },
  })
  return create(TransportSocketSchema, {
    name: 'envoy.transport_sockets.tls',
    configType: { case: 'typedConfig', value: anyPack(UpstreamTlsContextSchema, context) },
  })
}
