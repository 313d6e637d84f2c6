// Where an Envoy runs, and the cluster of the Envoys of its fleet: what zone-aware balancing compares with the endpoints of upstreams.

import { create } from '@bufbuild/protobuf'
import {
  type Cluster,
  Cluster_DiscoveryType,
  ClusterSchema,
} from '@envoy/xds-protos/envoy/config/cluster/v3/cluster_pb.js'
import { ApiVersion } from '@envoy/xds-protos/envoy/config/core/v3/config_source_pb.js'
import { LOCAL_CLUSTER } from '../core/bootstrap-cluster.ts'
import { type Problem, SwitchyardError } from '../core/errors.ts'

/** A part that is not written is the empty text. */
export interface NodeLocality {
  readonly region?: string
  readonly zone?: string
  readonly subZone?: string
}

/** A fleet without `localities` has no such resource, and its Envoys must not wait for it before they serve. */
const LONGEST_WAIT = { seconds: 1n }

/** https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/zone_aware */
export function localCluster(): Cluster {
  return create(ClusterSchema, {
    name: LOCAL_CLUSTER,
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
    edsClusterConfig: {
      edsConfig: {
        resourceApiVersion: ApiVersion.V3,
        configSourceSpecifier: { case: 'ads', value: {} },
        initialFetchTimeout: LONGEST_WAIT,
      },
    },
  })
}

export function localityProblems({ region = '', zone = '', subZone = '' }: NodeLocality): readonly Problem[] {
  return region + zone + subZone === ''
    ? [{ path: 'locality', message: 'is empty; give a region, a zone or both' }]
    : []
}

/** @param text `REGION`, `REGION/ZONE` or `REGION/ZONE/SUBZONE`; @throws SwitchyardError `invalid-argument` for more parts */
export function readLocality(text: string): Required<NodeLocality> {
  const [region = '', zone = '', subZone = '', ...more] = text.split('/')
  if (more.length === 0) return { region, zone, subZone }
  throw new SwitchyardError(
    'invalid-argument',
    `--locality: "${text}" has more than three parts: write REGION, REGION/ZONE or REGION/ZONE/SUBZONE`,
  )
}
