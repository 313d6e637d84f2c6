// TLS as Envoy's transport sockets: towards clients and towards endpoints; what is secret in them comes by SDS.

import { isIP } from 'node:net'
import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import {
  type TransportSocket,
  TransportSocketSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import {
  SubjectAltNameMatcher_SanType as SanType,
  type SubjectAltNameMatcher,
  SubjectAltNameMatcherSchema,
  TlsParameters_TlsProtocol,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/common_pb.js'
import {
  type CommonTlsContextSchema,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { toSdsConfig } from './secret-name.ts'
import type { ListenerTls, UpstreamTls } from './tls.ts'

const VERSIONS = { '1.2': TlsParameters_TlsProtocol.TLSv1_2, '1.3': TlsParameters_TlsProtocol.TLSv1_3 }

/** Envoy does not verify the certificate of a resumed session again: it would accept one that has expired since. */
const NO_RESUMPTION = {
  // Sessions by ticket (TLS 1.2 and 1.3), and by session ID (TLS 1.2).
  sessionTicketKeysType: { case: 'disableStatelessSessionResumption', value: true },
  disableStatefulSessionResumption: true,
} as const
const KEPT_SESSIONS = 0

/** Undefined where TLS is off. */
export function toDownstreamSocket(tls: ListenerTls | undefined): TransportSocket | undefined {
  if (!tls?.enabled) return undefined
  const { certificate, clientCa, requireClient = true, sans = [], minVersion } = tls
  const context = create(DownstreamTlsContextSchema, {
    commonTlsContext: commonContext({ certificate, ca: clientCa, sans, minVersion, alpn: 'h2' }),
    ...(clientCa === undefined ? {} : { requireClientCertificate: requireClient, ...NO_RESUMPTION }),
  })
  return tlsSocket(anyPack(DownstreamTlsContextSchema, context))
}

/** Undefined where TLS is off. @param alpn what the endpoints speak over it */
export function toUpstreamSocket(
  tls: UpstreamTls | undefined,
  alpn: 'h2' | 'http/1.1',
): TransportSocket | undefined {
  if (!tls?.enabled) return undefined
  const { certificate, ca, sans = [], minVersion } = tls
  // Towards endpoints Envoy offers at most TLS 1.2, unless a maximum is written: with a minimum of 1.3 it would offer nothing.
  const maxVersion = minVersion === '1.3' ? minVersion : undefined
  const context = create(UpstreamTlsContextSchema, {
    commonTlsContext: commonContext({ certificate, ca, sans, minVersion, maxVersion, alpn }),
    maxSessionKeys: KEPT_SESSIONS,
  })
  return tlsSocket(anyPack(UpstreamTlsContextSchema, context))
}

/** @param value the packed TLS context */
export function tlsSocket(value: Any): TransportSocket {
  return create(TransportSocketSchema, {
    name: 'envoy.transport_sockets.tls',
    configType: { case: 'typedConfig', value },
  })
}

interface Common {
  readonly certificate: string | undefined
  readonly ca: string | undefined
  readonly sans: readonly string[]
  readonly minVersion: keyof typeof VERSIONS | undefined
  readonly maxVersion?: keyof typeof VERSIONS | undefined
  readonly alpn: string
}

function commonContext({
  certificate,
  ca,
  sans,
  minVersion = '1.2',
  maxVersion,
  alpn,
}: Common): MessageInitShape<typeof CommonTlsContextSchema> {
  return {
    tlsParams: {
      tlsMinimumProtocolVersion: VERSIONS[minVersion],
      ...(maxVersion && { tlsMaximumProtocolVersion: VERSIONS[maxVersion] }),
    },
    tlsCertificateSdsSecretConfigs:
      certificate === undefined ? [] : [toSdsConfig(certificate, 'certificate')],
    ...(ca === undefined ? {} : { validationContextType: validation(ca, sans) }),
    alpnProtocols: [alpn],
  }
}

/** The authorities come by SDS, the names that are asked for are part of the configuration: Envoy joins both. */
function validation(ca: string, sans: readonly string[]) {
  return {
    case: 'combinedValidationContext' as const,
    value: {
      defaultValidationContext: { matchTypedSubjectAltNames: sans.map(toSanMatcher) },
      validationContextSdsSecretConfig: toSdsConfig(ca, 'ca'),
    },
  }
}

function toSanMatcher(san: string): SubjectAltNameMatcher {
  const matchPattern = san.endsWith('*')
    ? { case: 'prefix' as const, value: san.slice(0, -1) }
    : { case: 'exact' as const, value: san }
  return create(SubjectAltNameMatcherSchema, { sanType: sanTypeOf(san), matcher: { matchPattern } })
}

function sanTypeOf(san: string): SanType {
  if (isIP(san) !== 0) return SanType.IP_ADDRESS
  if (/^[a-z][a-z0-9+.-]*:/i.test(san)) return SanType.URI
  return san.includes('@') ? SanType.EMAIL : SanType.DNS
}
