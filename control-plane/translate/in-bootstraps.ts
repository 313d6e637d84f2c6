// What resources may refer to although no snapshot has it.

import { ClusterSchema } from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { ClusterLoadAssignmentSchema } from '@envoy/xds-protos/envoy/config/endpoint/v3/endpoint_pb.js'
import { LOCAL_CLUSTER, XDS_CLUSTER } from '../../core/bootstrap-cluster.ts'

/** The names of resources by type URL that Envoys have from their bootstraps: `external` of the snapshot cache. */
export const IN_BOOTSTRAPS: Readonly<Record<string, readonly string[]>> = {
  [`type.googleapis.com/${ClusterSchema.typeName}`]: [XDS_CLUSTER, LOCAL_CLUSTER],
  // A fleet without localities is served none, and its Envoys do not wait for it.
  [`type.googleapis.com/${ClusterLoadAssignmentSchema.typeName}`]: [LOCAL_CLUSTER],
}
