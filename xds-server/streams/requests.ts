// The two kinds of request as the stream machines read them.

import type { SharedList } from '../../core/memo.ts'

export interface NackDetail {
  /** A gRPC status code. */
  readonly code: number
  /** The client's error text of a NACK. */
  readonly message: string
}

/** `envoy.service.discovery.v3.DiscoveryRequest`, without the node. */
export interface SotwRequest {
  readonly typeUrl: string
  readonly versionInfo: string
  readonly resourceNames: SharedList<string>
  readonly responseNonce: string
  readonly errorDetail?: NackDetail
}

/** `envoy.service.discovery.v3.DeltaDiscoveryRequest`, without the node. */
export interface DeltaRequest {
  readonly typeUrl: string
  readonly subscribe: SharedList<string>
  readonly unsubscribe: SharedList<string>
  /** Name → version of each resource that a reconnecting client still has. */
  readonly initialResourceVersions: ReadonlyMap<string, string>
  readonly responseNonce: string
  readonly errorDetail?: NackDetail
}
