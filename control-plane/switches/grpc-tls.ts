// TLS of gRPC clients and servers: they name a certificate provider of their bootstrap, where Envoys get secrets.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import type { TransportSocket } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import {
  type CommonTlsContextSchema,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import type { StringMatcherSchema } from '@envoy/xds-protos/envoy/type/matcher/v3/string_pb.js'
import { escapeRegex } from '../../core/escape-regex.ts'
import { namesOf, type UpstreamTls } from './tls.ts'
import { tlsSocket } from './tls-sockets.ts'

type StringMatcher = MessageInitShape<typeof StringMatcherSchema>
type CommonTlsContext = MessageInitShape<typeof CommonTlsContextSchema>

/**
 * A client shows its certificate if the document names one, and checks the server's by the authorities of the same provider.
 * No TLS parameters: gRPC NACKs them. https://github.com/grpc/proposal/blob/master/A29-xds-tls-security.md
 * @param provider the instance in `certificate_providers` of the bootstrap
 */
export function toGrpcUpstreamSocket(tls: UpstreamTls, provider: string): TransportSocket | undefined {
  const { enabled, certificate } = tls
  if (!enabled) return undefined
  const commonTlsContext: CommonTlsContext = {
    ...(certificate !== undefined && { tlsCertificateProviderInstance: { instanceName: provider } }),
    validationContextType: {
      case: 'validationContext',
      value: {
        caCertificateProviderInstance: { instanceName: provider },
        // gRPC does not read the newer `match_typed_subject_alt_names`.
        matchSubjectAltNames: namesOf(tls).flatMap(toMatchers),
      },
    },
  }
  return tlsSocket(anyPack(UpstreamTlsContextSchema, create(UpstreamTlsContextSchema, { commonTlsContext })))
}

/** @param requireClient whether clients must show a certificate by the authorities of the provider */
export function toServerSocket(requireClient: boolean, provider: string): TransportSocket {
  const instance = { instanceName: provider }
  const context = create(DownstreamTlsContextSchema, {
    commonTlsContext: {
      tlsCertificateProviderInstance: instance,
      ...(requireClient && {
        validationContextType: {
          case: 'validationContext' as const,
          value: { caCertificateProviderInstance: instance },
        },
      }),
    },
    ...(requireClient && { requireClientCertificate: true }),
  })
  return tlsSocket(anyPack(DownstreamTlsContextSchema, context))
}

/**
 * Most clients compare a matcher with each name. `@grpc/grpc-js-xds` compares it with the text that Node makes of all names, such as
 * `URI:spiffe://a/b, DNS:localhost` (seen with 1.14), so there is a second matcher for such a text. Node quotes names that have a
 * comma, so no name can pretend to be several.
 */
function toMatchers(san: string): readonly StringMatcher[] {
  const isPrefix = san.endsWith('*')
  const text = isPrefix ? san.slice(0, -1) : san
  const own: StringMatcher = { matchPattern: { case: isPrefix ? 'prefix' : 'exact', value: text } }
  const name = `(URI|DNS|IP Address|email):${escapeRegex(text)}${isPrefix ? '[^,]*' : ''}`
  const regex = `(.*, )?${name}(, .*)?`
  return [own, { matchPattern: { case: 'safeRegex', value: { regex } } }]
}
