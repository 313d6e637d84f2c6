// TLS as Envoy's transport sockets: towards clients and towards endpoints; what is secret in them comes by SDS.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { type Any, anyPack } from '@bufbuild/protobuf/wkt'
import {
  type TransportSocket,
  TransportSocketSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import {
  SubjectAltNameMatcher_SanType as EnvoySanType,
  type SubjectAltNameMatcher,
  SubjectAltNameMatcherSchema,
  TlsParameters_TlsProtocol,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/common_pb.js'
import {
  type CommonTlsContextSchema,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { escapeRegex } from '../../core/escape-regex.ts'
import { type SanType, sanTypeOf } from './san-type.ts'
import { toSdsConfig } from './secret-name.ts'
import { type ListenerTls, namesOf, type UpstreamTls } from './tls.ts'

const VERSIONS = { '1.2': TlsParameters_TlsProtocol.TLSv1_2, '1.3': TlsParameters_TlsProtocol.TLSv1_3 }

/** Envoy does not verify the certificate of a resumed session again: a certificate that has expired since would pass. */
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
  const { certificate, ca, minVersion } = tls
  const sans = namesOf(tls)
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

/**
 * What a peer may sign a handshake with. Envoy has no smallest size for the keys of peers, but an RSA key below 1,040 bits is too
 * short for this one signature of RSA. https://www.rfc-editor.org/rfc/rfc8017#section-9.1.1
 */
const SIGNATURES = ['ecdsa_secp256r1_sha256', 'ecdsa_secp384r1_sha384', 'rsa_pss_rsae_sha512'] as const

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
      ...(ca !== undefined && { signatureAlgorithms: [...SIGNATURES] }),
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

const SAN_TYPES: Readonly<Record<SanType, EnvoySanType>> = {
  uri: EnvoySanType.URI,
  dns: EnvoySanType.DNS,
  ip: EnvoySanType.IP_ADDRESS,
  email: EnvoySanType.EMAIL,
}

function toSanMatcher(san: string): SubjectAltNameMatcher {
  const type = sanTypeOf(san)
  return create(SubjectAltNameMatcherSchema, {
    sanType: SAN_TYPES[type],
    matcher: { matchPattern: toPattern(san, type) },
  })
}

/** As an exact text, a host name would also match the wildcard certificate of its domain. */
function toPattern(san: string, type: SanType) {
  if (san.endsWith('*')) return { case: 'prefix' as const, value: san.slice(0, -1) }
  if (type !== 'dns') return { case: 'exact' as const, value: san }
  return { case: 'safeRegex' as const, value: { regex: `(?i:${escapeRegex(san)})` } }
}
