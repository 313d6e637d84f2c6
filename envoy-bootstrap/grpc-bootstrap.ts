// The bootstrap of a gRPC client or server that gets its configuration from our control plane, for `GRPC_XDS_BOOTSTRAP`.
// https://github.com/grpc/proposal/blob/master/A27-xds-global-load-balancing.md#xdsclient-and-bootstrap-file

import type { JsonObject } from '@bufbuild/protobuf'
import { SwitchyardError } from '../core/errors.ts'
import type {
  CertificateProvider,
  GrpcAuthority,
  GrpcBootstrapOptions,
  GrpcControlPlane,
  PemFiles,
} from './grpc-bootstrap-options.ts'
import { findBootstrapProblems } from './grpc-bootstrap-problems.ts'
import { BOOTSTRAP_SUPPORT, type ServerFeature, type Support } from './grpc-support.ts'

export interface GrpcBootstrap {
  /** The content of the file that `GRPC_XDS_BOOTSTRAP` names. */
  readonly config: JsonObject
  /** Environment variables that the client needs, because it has something only behind a flag. */
  readonly environment: Readonly<Record<string, string>>
}

/** The instance name of the certificate provider that TLS contexts of our control plane refer to. */
export const CERTIFICATE_PROVIDER = 'default'

export const SERVER_LISTENER_TEMPLATE = 'grpc/server?xds.resource.listening_address=%s'

const DEFAULT_REFRESH_SECONDS = 600

/** @throws SwitchyardError `invalid-argument` with every invalid option, and everything that this client does not understand */
export function createGrpcBootstrap(options: GrpcBootstrapOptions): GrpcBootstrap {
  const problems = findBootstrapProblems(options)
  if (problems.length > 0) {
    throw new SwitchyardError('invalid-argument', 'invalid bootstrap options:', { problems })
  }
  const { locality = {}, metadata, certificateProviders, authorities } = options
  const config: JsonObject = {
    xds_servers: options.xds.map((server) => serverJson(server, options)),
    node: {
      id: options.nodeId,
      cluster: options.cluster,
      // Node rejects a bootstrap without a locality.
      locality: {
        ...(locality.region && { region: locality.region }),
        ...(locality.zone && { zone: locality.zone }),
        ...(locality.subZone && { sub_zone: locality.subZone }),
      },
      ...(metadata && { metadata }),
    },
    server_listener_resource_name_template: options.serverListenerTemplate ?? SERVER_LISTENER_TEMPLATE,
    ...(certificateProviders && { certificate_providers: mapValues(certificateProviders, providerJson) }),
    ...(authorities && {
      authorities: mapValues(authorities, (authority) => authorityJson(authority, options)),
    }),
  }
  return { config, environment: environmentFor(options) }
}

function serverJson({ address, tls }: GrpcControlPlane, options: GrpcBootstrapOptions): JsonObject {
  const { features = [], tokenFile } = options
  return {
    server_uri: address,
    channel_creds: [tls === undefined ? { type: 'insecure' } : { type: 'tls', config: pemJson(tls) }],
    ...(tokenFile && { call_creds: [{ type: 'jwt_token_file', config: { jwt_token_file: tokenFile } }] }),
    server_features: [...new Set<ServerFeature>(['xds_v3', ...features])],
  }
}

function pemJson({ certificate, key, ca }: PemFiles): JsonObject {
  return {
    ...(certificate && { certificate_file: certificate }),
    ...(key && { private_key_file: key }),
    ...(ca && { ca_certificate_file: ca }),
  }
}

/** Node wants the interval, which others need not have. */
function providerJson({
  refreshSeconds = DEFAULT_REFRESH_SECONDS,
  ...files
}: CertificateProvider): JsonObject {
  return {
    plugin_name: 'file_watcher',
    config: { ...pemJson(files), refresh_interval: `${refreshSeconds}s` },
  }
}

function authorityJson({ xds, listenerTemplate }: GrpcAuthority, options: GrpcBootstrapOptions): JsonObject {
  return {
    ...(listenerTemplate && { client_listener_resource_name_template: listenerTemplate }),
    ...(xds && { xds_servers: xds.map((server) => serverJson(server, options)) }),
  }
}

function environmentFor({ client, features = [], tokenFile }: GrpcBootstrapOptions): Record<string, string> {
  const support = BOOTSTRAP_SUPPORT[client]
  const needed: Support[] = features.map((feature) => support.features[feature])
  if (tokenFile !== undefined) needed.push(support.token)
  return Object.fromEntries(needed.flatMap((one) => (typeof one === 'object' ? [[one.flag, 'true']] : [])))
}

function mapValues<T>(record: Readonly<Record<string, T>>, json: (value: T) => JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, json(value)]))
}
