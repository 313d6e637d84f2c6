// Mutual TLS between an Envoy and its control plane, for the bootstrap.
import { dirname } from 'node:path'
import { create, createRegistry, toJsonString } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import {
  type TransportSocket,
  TransportSocketSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { ApiVersion } from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import {
  CertificateValidationContextSchema,
  SubjectAltNameMatcher_SanType,
  TlsCertificateSchema,
  TlsParameters_TlsProtocol,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/common_pb.js'
import {
  type Secret,
  SecretSchema,
} from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/secret_pb.js'
import { UpstreamTlsContextSchema } from '@envoy/xds-protos/envoy/extensions/transport_sockets/tls/v3/tls_pb.js'
import { DiscoveryResponseSchema } from '@envoy/xds-protos/envoy/service/discovery/v3/discovery_pb.js'
import { CONTROL_PLANE_URI } from '../core/spiffe-ids.ts'

/** Paths of PEM files, which Envoy reads. */
export interface XdsTlsFiles {
  /** The node's certificate, whose SAN is `nodeUri`. */
  readonly certificate: string
  readonly key: string
  /** The CA certificates that verify the control plane. */
  readonly ca: string
  /** Where the node finds the files of `watchedFiles`: then it follows changes of the three. Default: it reads them once, at startup. */
  readonly watched?: XdsWatchedFiles
}

/** Paths of two files that name PEM files, which Envoy watches. */
export interface XdsWatchedFiles {
  /** Names certificate and key. Envoy reads no two resources from one file. */
  readonly certificate: string
  readonly ca: string
}

/** The names of the resources in them. */
const NODE_SECRET = 'xds_node'
const CA_SECRET = 'xds_ca'
const JSON_MESSAGES = createRegistry(SecretSchema)

const { TLSv1_3 } = TlsParameters_TlsProtocol

/** Mutual TLS: sends the node's certificate, and accepts only the certificate of the control plane. */
export function xdsTransportSocket({ certificate, key, ca, watched }: XdsTlsFiles): TransportSocket {
  const controlPlane = { matchPattern: { case: 'exact' as const, value: CONTROL_PLANE_URI } }
  const names = {
    matchTypedSubjectAltNames: [{ sanType: SubjectAltNameMatcher_SanType.URI, matcher: controlPlane }],
  }
  const context = create(UpstreamTlsContextSchema, {
    commonTlsContext: {
      // As a client, Envoy uses TLS 1.2 at most by default.
      tlsParams: { tlsMinimumProtocolVersion: TLSv1_3, tlsMaximumProtocolVersion: TLSv1_3 },
      ...(watched
        ? {
            tlsCertificateSdsSecretConfigs: [secretConfig(NODE_SECRET, watched.certificate)],
            validationContextType: {
              case: 'combinedValidationContext',
              value: {
                defaultValidationContext: names,
                validationContextSdsSecretConfig: secretConfig(CA_SECRET, watched.ca),
              },
            },
          }
        : {
            tlsCertificates: [{ certificateChain: fromFile(certificate), privateKey: fromFile(key) }],
            validationContextType: {
              case: 'validationContext',
              value: { trustedCa: fromFile(ca), ...names },
            },
          }),
    },
  })
  return create(TransportSocketSchema, {
    name: 'envoy.transport_sockets.tls',
    configType: { case: 'typedConfig', value: anyPack(UpstreamTlsContextSchema, context) },
  })
}

/** The paths of the two files, beside each other. @param prefix of both paths, such as `/etc/envoy/edge-1` */
export function watchedPaths(prefix: string): XdsWatchedFiles {
  return { certificate: `${prefix}.certificate.json`, ca: `${prefix}.ca.json` }
}

/**
 * The JSON of the two files that Envoy watches. It reads the PEM files again when a file is renamed into their folder, not when one is
 * written there. https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/security/secret#certificate-rotation
 */
export function watchedFiles({ certificate, key, ca }: XdsTlsFiles): XdsWatchedFiles {
  const watchedDirectory = { path: dirname(certificate) }
  return {
    certificate: secretFile(NODE_SECRET, {
      case: 'tlsCertificate',
      value: create(TlsCertificateSchema, {
        certificateChain: fromFile(certificate),
        privateKey: fromFile(key),
        watchedDirectory,
      }),
    }),
    ca: secretFile(CA_SECRET, {
      case: 'validationContext',
      value: create(CertificateValidationContextSchema, {
        trustedCa: fromFile(ca),
        watchedDirectory: { path: dirname(ca) },
      }),
    }),
  }
}

function fromFile(filename: string) {
  return { specifier: { case: 'filename' as const, value: filename } }
}

function secretConfig(name: string, path: string) {
  const fromPath = { case: 'pathConfigSource' as const, value: { path } }
  return { name, sdsConfig: { configSourceSpecifier: fromPath, resourceApiVersion: ApiVersion.V3 } }
}

function secretFile(name: string, type: Secret['type']): string {
  const resources = [anyPack(SecretSchema, create(SecretSchema, { name, type }))]
  const response = create(DiscoveryResponseSchema, { resources })
  return `${toJsonString(DiscoveryResponseSchema, response, { registry: JSON_MESSAGES, prettySpaces: 2 })}\n`
}
