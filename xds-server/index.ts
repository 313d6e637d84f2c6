// The library: a snapshot cache, and a server that speaks xDS v3 from it. docs/library.md describes it.

export { ERROR_CODES, type ErrorCode, type Problem, SwitchyardError } from '../core/errors.ts'
export type { SnapshotChange } from './cache/arguments.ts'
export {
  type ExplainMissing,
  type PreparedSnapshot,
  SnapshotCache,
  type SnapshotCacheOptions,
} from './cache/snapshot-cache.ts'
export type {
  CallCounts,
  ClusterLoad,
  EndpointLoad,
  LocalityLoad,
  MetricLoad,
} from './load-reports/load-report.ts'
export { type LoadEvent, LoadReports, type LoadStreamEvent } from './load-reports/load-reports.ts'
export type { LoadReportSettings } from './load-reports/settings.ts'
export type { EndReason, FaultSource, ResponseEvent, StreamEvent, XdsEvent } from './nodes/events.ts'
export type { MissingStatus } from './nodes/missing-status.ts'
export { type NackedNames, type NackLog, openNackLog } from './nodes/nack-log.ts'
export type { NameList } from './nodes/name-list.ts'
export { type NodeGroup, nodeGroupOf } from './nodes/node-group.ts'
export {
  type ClientInfo,
  type Nack,
  type NodeStatus,
  type PendingStatus,
  type StreamInfo,
  type StreamStatus,
  SYNC_STATES,
  type SyncReport,
  type SyncState,
  type TypeStatus,
} from './nodes/status.ts'
export type { Authorize } from './services/authorize.ts'
export type { CloseOptions } from './services/close-server.ts'
export type { StreamLimits } from './services/limits.ts'
export type { OnDemand, OnDemandRequest } from './services/lookups.ts'
export type { Peer } from './services/peer.ts'
export type { XdsServerOptions } from './services/server-options.ts'
export type { TelemetryService, TelemetrySink, TelemetrySource } from './services/telemetry-service.ts'
export { startXdsServer, type XdsServer } from './services/xds-server.ts'
export {
  type ConsistencyOptions,
  type ExternalNames,
  findDanglingReferences,
} from './snapshot/consistency.ts'
export { createMessageRegistry, type MessageRegistry } from './snapshot/message-registry.ts'
export type { SnapshotOptions, VersionOptions } from './snapshot/prepare-snapshot.ts'
export {
  createResources,
  type ExpiringResource,
  type NamedResource,
  type Resource,
  type ResourceInput,
  type ResourceOptions,
} from './snapshot/resource.ts'
export type { ErrorDetail, ResourceError } from './snapshot/resource-error.ts'
export { CLUSTER, ENDPOINT, LISTENER, ROUTE, SECRET, typeUrlOf } from './snapshot/resource-type.ts'
export type { Snapshot } from './snapshot/snapshot.ts'
