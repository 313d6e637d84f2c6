// What the control plane sends, by its REST schemas. Types only: nothing of it is in the bundle.

import type { DeepReadonly } from '../../../../core/deep-readonly.ts'

export type { Load, UpstreamLoad } from '../../../../api/schemas/load.ts'
export type { NodeStatus, TypeStatus } from '../../../../api/schemas/node.ts'
export type { Revision } from '../../../../api/schemas/revision.ts'
export type { Status } from '../../../../api/schemas/status.ts'

export type Hello = DeepReadonly<{ now: string; revision: number; resumed: boolean }>

export type NodeEvent = DeepReadonly<{
  id: string
  fleet: string
  connected: boolean
  state: string
  types: Record<
    string,
    { state: string; sentVersion?: string; ackedVersion?: string; nack?: { message: string } }
  >
}>

export type FlipLane = DeepReadonly<{
  node: string
  fleet: string
  sentAt?: string
  ackedAt?: string
  ackMs?: number
  nack?: { message: string; path?: string }
  firstCallAt?: string
  firstCallEvidence?: 'accessLog' | 'stats'
  oldConnections?: number
  lastGoneAt?: string
}>

export type FlipProgress = DeepReadonly<{
  revision: number
  at: string
  fleets: string[]
  lanes: FlipLane[]
}>

export type TrafficSample = DeepReadonly<{
  at: string
  fleet: string
  seconds: number
  calls: number
  errors: number
  p50Ms: number | null
  p99Ms: number | null
  connections: { active: number; draining: number }
  proxies: Record<string, { calls: number; errors: number }>
}>

export type Traffic = DeepReadonly<{
  intervalMs: number
  nodes: { id: string; fleet: string; lastReportAt: string }[]
  samples: TrafficSample[]
}>

export type LoadReport = DeepReadonly<{
  at: string
  seconds: number
  fleet: string
  rows: {
    upstream: string
    node: string
    endpoint?: string
    address?: string
    calls: number
    errors: number
  }[]
}>

export type ConnectionsReport = DeepReadonly<{
  at: string
  seconds: number
  fleet: string
  truncated?: true
  rows: {
    node: string
    connection: string
    upstream: string
    address: string
    calls: number
    errors: number
  }[]
}>

export type TestbedLoad = DeepReadonly<{
  running: boolean
  connections: number
  callsPerSecond: number
  fleet: string
  calls: number
  failed: number
  since?: string
}>

export type SessionInfo = DeepReadonly<{ name: string; role: 'viewer' | 'operator' }>
