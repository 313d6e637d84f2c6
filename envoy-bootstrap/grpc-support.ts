// What each gRPC client understands of a bootstrap. Read from the sources of C-core (C++ and Python) 1.85, Go 1.85, Java 1.85 and
// Node (`@grpc/grpc-js-xds`) 1.14.1: their documents say less, and they silently ignore what they do not know.

import { GRPC_CLIENTS, type GrpcClient } from '../core/grpc-clients.ts'

/**
 * What a control plane may tell its clients about itself (`xds_servers[].server_features`).
 *
 * - `xds_v3`: only clients older than 2022 read it, which otherwise speak xDS v2.
 * - `ignore_resource_deletion`: keep using a listener or cluster that is not served any more (gRFC A53).
 * - `trusted_xds_server`: let the control plane rewrite the authority of calls (gRFC A81).
 * - `fail_on_data_errors`: fail calls at once if a resource is invalid or gone, instead of going on with the last one (gRFC A88).
 * - `resource_timer_is_transient_error`: wait 30 s instead of 15 s for a resource, and do not take it for deleted then (gRFC A88).
 *
 * gRFCs: https://github.com/grpc/proposal
 */
export const SERVER_FEATURES = [
  'xds_v3',
  'ignore_resource_deletion',
  'trusted_xds_server',
  'fail_on_data_errors',
  'resource_timer_is_transient_error',
] as const
export type ServerFeature = (typeof SERVER_FEATURES)[number]

/** `flag`: only with this environment variable set to `true`. */
export type Support = 'yes' | 'no' | { readonly flag: string }

export interface BootstrapSupport {
  /** `channel_creds: tls` with files, which is TLS to the control plane (gRFC A65). */
  readonly tls: Support
  /** Several `xds_servers`: the later ones serve while the earlier ones do not answer (gRFC A71). */
  readonly fallback: Support
  /** `call_creds: jwt_token_file`, a token for the control plane (gRFC A97). Sent over TLS only. */
  readonly token: Support
  readonly features: Readonly<Record<ServerFeature, Support>>
}

const CALL_CREDS: Support = { flag: 'GRPC_EXPERIMENTAL_XDS_BOOTSTRAP_CALL_CREDS' }
const AUTHORITY_REWRITE: Support = { flag: 'GRPC_EXPERIMENTAL_XDS_AUTHORITY_REWRITE' }
const DATA_ERRORS: Support = { flag: 'GRPC_EXPERIMENTAL_XDS_DATA_ERROR_HANDLING' }

const CORE: BootstrapSupport = {
  tls: 'yes',
  fallback: 'yes',
  token: CALL_CREDS,
  features: {
    xds_v3: 'yes',
    ignore_resource_deletion: 'yes',
    trusted_xds_server: 'yes',
    fail_on_data_errors: DATA_ERRORS,
    resource_timer_is_transient_error: DATA_ERRORS,
  },
}

export const BOOTSTRAP_SUPPORT: Readonly<Record<GrpcClient, BootstrapSupport>> = {
  cpp: CORE,
  python: CORE,
  go: {
    tls: 'yes',
    fallback: 'yes',
    token: CALL_CREDS,
    features: {
      xds_v3: 'yes',
      ignore_resource_deletion: 'yes',
      trusted_xds_server: AUTHORITY_REWRITE,
      fail_on_data_errors: 'no',
      resource_timer_is_transient_error: 'no',
    },
  },
  java: {
    // Its TlsXdsCredentialsProvider ignores the files: it trusts the JVM's authorities, and shows no certificate (seen with 1.85).
    tls: 'no',
    fallback: 'yes',
    // Its master has it since August 2026, but 1.85 does not.
    token: 'no',
    features: {
      xds_v3: 'yes',
      ignore_resource_deletion: 'yes',
      trusted_xds_server: 'yes',
      fail_on_data_errors: DATA_ERRORS,
      resource_timer_is_transient_error: DATA_ERRORS,
    },
  },
  node: {
    // `SUPPORTED_CHANNEL_CREDS_TYPES` of its xds-bootstrap.js is google_default and insecure.
    tls: 'no',
    // Its xds-client.js takes `xdsServers[0]`.
    fallback: 'no',
    token: 'no',
    features: {
      xds_v3: 'yes',
      ignore_resource_deletion: 'yes',
      trusted_xds_server: 'no',
      fail_on_data_errors: 'no',
      resource_timer_is_transient_error: 'no',
    },
  },
}

/** The clients that have something, with a flag or without. */
export function clientsWith(supportOf: (support: BootstrapSupport) => Support): readonly GrpcClient[] {
  return GRPC_CLIENTS.filter((client) => supportOf(BOOTSTRAP_SUPPORT[client]) !== 'no')
}
