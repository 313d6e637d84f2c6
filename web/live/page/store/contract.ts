// What the control plane sends, by its REST schemas. Types only: nothing of it is in the bundle.

import type { DeepReadonly } from '../../../../core/deep-readonly.ts'

export type {
  ConnectionsEvent as ConnectionsReport,
  HelloEvent as Hello,
  LoadEvent as LoadReport,
  NodeEvent,
} from '../../../../api/schemas/events.ts'
export type { FlipLane, FlipProgress } from '../../../../api/schemas/flip.ts'
export type { Load, UpstreamLoad } from '../../../../api/schemas/load.ts'
export type { NodeStatus, TypeStatus } from '../../../../api/schemas/node.ts'
export type { Revision } from '../../../../api/schemas/revision.ts'
export type { Status } from '../../../../api/schemas/status.ts'
export type { TestbedLoad } from '../../../../api/schemas/testbed.ts'
export type { Traffic, TrafficSample } from '../../../../api/schemas/traffic.ts'

export type SessionInfo = DeepReadonly<{ name: string; role: 'viewer' | 'operator' }>
