// What a gRPC bootstrap is made from.

import type { JsonObject } from '@bufbuild/protobuf'
import type { GrpcClient } from '../core/grpc-clients.ts'
import type { ServerFeature } from './grpc-support.ts'

/** Paths of PEM files. A certificate and its key belong together. */
export interface PemFiles {
  readonly certificate?: string
  readonly key?: string
  /** The CA certificates that verify the other side. */
  readonly ca?: string
}

export interface GrpcControlPlane {
  /** A gRPC target: `127.0.0.1:18000`, `[::1]:18000`, `xds.example.com:18000` or `unix:/path`. */
  readonly address: string
  /**
   * TLS to the control plane: its certificate must name the host of the address. `certificate` is the node's own, whose SAN is
   * `nodeUri`. Default: plaintext.
   */
  readonly tls?: PemFiles & { readonly ca: string }
}

export interface CertificateProvider extends PemFiles {
  /** How often the client looks whether the files have changed. Default: 600. */
  readonly refreshSeconds?: number
}

export interface GrpcAuthority {
  /** Default: those of the bootstrap. */
  readonly xds?: readonly GrpcControlPlane[]
  /** The listener's name for `xds://AUTHORITY/NAME`. Default: `xdstp://AUTHORITY/envoy.config.listener.v3.Listener/%s`. */
  readonly listenerTemplate?: string
}

export interface GrpcBootstrapOptions {
  /** Which gRPC it is. What it does not understand is an error. */
  readonly client: GrpcClient
  /** The `node.id`: unique among all nodes, and the name of this one in the control plane's status. */
  readonly nodeId: string
  /** The `node.cluster`: the fleet, which is the node group of the control plane. */
  readonly cluster: string
  /** Where the node is. */
  readonly locality?: { readonly region?: string; readonly zone?: string; readonly subZone?: string }
  readonly metadata?: JsonObject
  /** The control plane, and after it those that serve while it does not answer (gRFC A71). */
  readonly xds: readonly GrpcControlPlane[]
  /** Beside `xds_v3`. Default: none. */
  readonly features?: readonly ServerFeature[]
  /** A file with a JSON web token that the node sends to the control plane, over TLS (gRFC A97). */
  readonly tokenFile?: string
  /** By the instance name that TLS contexts of the control plane refer to (gRFC A29). */
  readonly certificateProviders?: Readonly<Record<string, CertificateProvider>>
  /** The listener's name of an xDS server; `%s` stands for the address that it listens on (gRFC A36). */
  readonly serverListenerTemplate?: string
  /** Other control planes by their names in `xds://AUTHORITY/NAME` (gRFC A47). */
  readonly authorities?: Readonly<Record<string, GrpcAuthority>>
}
