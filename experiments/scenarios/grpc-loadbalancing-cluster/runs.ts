// The matrix: every way of the mesh with the cells that ways on one machine have too.

import type { ClusterEnvironment } from '../../../harness/cluster/environment.ts'
import { MESH } from '../../../harness/cluster/meshes.ts'
import { measureLoad } from '../../../harness/measure-load.ts'
import type { Profile, ProfileName } from '../../../harness/profile.ts'
import type { Measured } from '../../../harness/results.ts'
import type { Need, Run, RunContext } from '../../../harness/scenario.ts'
import { startLoader } from '../../../testbed/loader/start-loader.ts'
import {
  BASE,
  MANY_CONNECTIONS,
  ONE_CONNECTION,
  type Shape,
  THROUGHPUT,
  withCalls,
} from '../grpc-loadbalancing/base.ts'
import { type Cell, callsOf, idOf, labelsOf } from '../grpc-loadbalancing/cell.ts'
import { findBackends } from './find-backends.ts'
import { BACKEND_COUNT, byPolicy, CLUSTER_WAYS, type ClusterWay, HEADLESS } from './targets.ts'

const ALL: readonly Shape[] = [
  ...[BASE, ONE_CONNECTION, MANY_CONNECTIONS, THROUGHPUT],
  ...[withCalls('streams'), withCalls('mixed')],
]

const SHAPES: Readonly<Record<ProfileName, readonly Shape[]>> = {
  quick: [BASE, ONE_CONNECTION],
  standard: ALL,
  full: ALL,
}

export function runsOf(profile: Profile, environment: ClusterEnvironment): readonly Run[] {
  const { mesh, cluster, isCluster } = environment
  const need: Need = {
    name: 'a Job in a Kubernetes cluster',
    install: 'see docs/guides/load-balancing-in-a-cluster.md',
    isThere: () => isCluster,
  }
  return CLUSTER_WAYS[mesh].flatMap((way) =>
    SHAPES[profile.name].map((shape): Run => {
      const cell = { way: way.id, ...shape }
      return {
        id: idOf(cell),
        labels: { ...labelsOf(cell, way.title), mesh: MESH[mesh].title, cluster },
        needs: [need],
        measure: (context) => measure(context, way, cell),
      }
    }),
  )
}

async function measure(context: RunContext, way: ClusterWay, cell: Cell): Promise<Measured> {
  const { shared, signal } = context
  const backends = await shared('backends', async ({ group }) => {
    const loader = await startLoader(group, { name: 'finder' })
    try {
      return await findBackends(loader, HEADLESS, { expected: BACKEND_COUNT, signal })
    } finally {
      await loader.stop()
    }
  })
  return await measureLoad(context, {
    loader: await startLoader(context.group),
    plan: {
      target: way.target,
      serviceConfig: byPolicy(way.policy),
      // A new channel calls the server that it reaches first until it has reached the others.
      ...(way.policy === 'round_robin' && { servers: BACKEND_COUNT }),
      connections: cell.connections,
      ...callsOf(cell),
      waitForReady: true,
      // All results have to fit into the log of a pod.
      seriesMs: 1000,
    },
    // Proxies and backends are in other containers, whose processes this one cannot see.
    processes: [],
    backends,
  })
}
