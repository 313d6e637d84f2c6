// The library: a cache of what each group of nodes is to be served, and a server that speaks xDS v3 from it.

export { ERROR_CODES, type ErrorCode, type Problem, SwitchyardError } from './errors.ts'
export { findDanglingReferences } from './snapshot/consistency.ts'
export type { XdsEvent } from './snapshot/events.ts'
export { type NodeGroup, nodeGroupOf } from './snapshot/node-group.ts'
export { openRefusalLog, type RefusalLog, type RefusedNames } from './snapshot/refusal-log.ts'
export {
  createResources,
  type NamedResource,
  type Resource,
  type ResourceInput,
} from './snapshot/resource.ts'
export { CLUSTER, ENDPOINT, LISTENER, ROUTE, SECRET, typeUrlOf } from './snapshot/resource-type.ts'
export type { Snapshot } from './snapshot/snapshot.ts'
export {
  type PreparedSnapshot,
  SnapshotCache,
  type SnapshotCacheOptions,
  type SnapshotChange,
  type VersionOptions,
} from './snapshot/snapshot-cache.ts'
export type { Nack, NodeStatus, StreamStatus, SyncReport, SyncState, TypeStatus } from './snapshot/status.ts'
export type { Peer } from './xds/peer.ts'
export { startXdsServer, type XdsServer, type XdsServerOptions } from './xds/xds-server.ts'
export type { Authorize } from './xds/xds-stream.ts'
