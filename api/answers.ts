// What the control plane answers over REST, as far as the command looks at it.

export interface LbSetting {
  readonly mode: 'l4' | 'l7'
  /** An omitted policy stays as it is. */
  readonly policy?: string
}

/** `L4`, or `L7 round_robin`. */
export function nameOf({ mode, policy }: LbSetting): string {
  return mode === 'l4' ? 'L4' : `L7 ${policy}`
}

/** What a write did: `synced` when every node has it, `unverified` where no node is connected. */
export interface WriteAnswer {
  readonly outcome: string
  readonly revision?: number
  /** What the server took, in milliseconds. */
  readonly elapsedMs?: number
}

/** `GET /v1/status` */
export interface Status {
  readonly revision: Revision
  /** The newest one that all Envoys had, if there was any. */
  readonly acceptedRevision: number | null
  readonly fleets: Readonly<Record<string, FleetStatus>>
  readonly nodes: readonly NodeStatus[]
}

export interface FleetStatus {
  readonly lb?: LbSetting
}

export interface NodeStatus {
  readonly id: string
  readonly group: string
  readonly connected: boolean
  readonly state: string
  /** By type URL. */
  readonly types: Readonly<Record<string, TypeStatus>>
}

export interface TypeStatus {
  readonly state: string
  readonly nack?: { readonly message: string; readonly names: readonly string[] }
}

/** One of `GET /v1/revisions`, the newest first. */
export interface Revision {
  readonly revision: number
  readonly status: string
  readonly author: string
  readonly createdAt: string
  /** Why it has its status. */
  readonly reason?: string
}
