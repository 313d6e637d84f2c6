// What the server knows of one resource of one client: for CSDS.

import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import type { Resource } from '../snapshot/resource.ts'

export interface ResourceView {
  readonly typeUrl: string
  readonly name: string
  /**
   * `synced`: the client has ACKed what it is served. `stale`: that was sent, and there is no clear answer yet. `notSent`: it is
   * still to be sent, or to be removed, or the snapshot lacks it. `error`: the client NACKed it.
   */
  readonly state: 'synced' | 'stale' | 'notSent' | 'error'
  /** What it is served. Undefined if the snapshot lacks it. */
  readonly served: Resource | undefined
  /** What it last ACKed. Undefined if that is nothing, or unknown. */
  readonly acked: Resource | undefined
  /** The version that it last ACKed, as the client sees it: of the type in SotW, of the resource in delta. */
  readonly ackedVersion?: string
  readonly nack?: { readonly version: string; readonly message: string }
  /** Why the snapshot lacks it, for a client that reads errors. */
  readonly error?: { readonly message: string }
}

/** One client: the node as it describes itself, and each resource that it subscribes to or has. */
export interface ClientView {
  readonly group: string
  readonly node: Node
  readonly resources: readonly ResourceView[]
}
