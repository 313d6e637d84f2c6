// What a node says that it has.

import type { JsonValue } from '@bufbuild/protobuf'

/**
 * `active`: in use. `warming`: received, and not in use yet. `requested`: asked for, and not received. `absent`: the node takes it for
 * deleted, or for one that never was.
 */
export type HeldState = 'active' | 'warming' | 'requested' | 'absent'

export interface HeldResource {
  readonly typeUrl: string
  readonly name: string
  readonly state: HeldState
  /** The version that the control plane gave it. */
  readonly version?: string
  /** As `snapshotToJson` shows it, with sensitive fields redacted. Undefined if the node does not tell. */
  readonly content?: JsonValue
  /** Why it rejected the newest version. */
  readonly nack?: { readonly message: string; readonly version?: string }
}

export interface HeldConfig {
  readonly node: string
  readonly fleet: string
  /** Where it was read, such as `http://127.0.0.1:9901`. */
  readonly source: string
  /** What the resources are for, if one process has several xDS clients: gRPC's target. */
  readonly scope?: string
  readonly resources: readonly HeldResource[]
  /** Whether the node asks for every resource of its fleet, as Envoy does, or for what it needs, as gRPC does. */
  readonly takesAll: boolean
}
