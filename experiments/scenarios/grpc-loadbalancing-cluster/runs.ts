// The matrix: every way of the mesh with the cells that ways on one machine have too.

import { startLoader } from '../../../testbed/loader/start-loader.ts'
import { measureLoad } from '../../harness/measure-load.ts'
import type { Profile, ProfileName } from '../../harness/profile.ts'
import type { Measured } from '../../harness/results.ts'
import type { Need, Run, RunContext } from '../../harness/scenario.ts'
import { type Cell, idOf } from '../grpc-loadbalancing/cell.ts'
import { CONCURRENCY, WORKLOADS } from '../grpc-loadbalancing/workloads.ts'
import type { ClusterEnvironment } from './environment.ts'
import { findBackends } from './find-backends.ts'
import { MESH } from './meshes.ts'
import { BACKEND_COUNT, byPolicy, CLUSTER_WAYS, type ClusterWay, HEADLESS } from './targets.ts'

type Shape = Omit<Cell, 'way'>

const BASE: Shape = { workload: 'unary', loop: 'open', connections: 4, backends: BACKEND_COUNT }
const ONE_CONNECTION: Shape = { ...BASE, connections: 1 }
const ALL: readonly Shape[] = [
  ...[BASE, ONE_CONNECTION, { ...BASE, connections: 64 }],
  ...[{ ...BASE, loop: 'closed' as const }],
  ...(['streams', 'mixed'] as const).map((workload) => ({ ...BASE, workload })),
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
      const { title, callsPerSecond } = WORKLOADS[cell.workload]
      const loop = cell.loop === 'open' ? `${callsPerSecond} a second` : 'as fast as possible'
      return {
        id: idOf(cell),
        labels: {
          way: way.title,
          calls: `${title}, ${loop}`,
          connections: String(cell.connections),
          backends: String(cell.backends),
          mesh: MESH[mesh].title,
          cluster,
        },
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
  const { shape, callsPerSecond } = WORKLOADS[cell.workload]
  return await measureLoad(context, {
    loader: await startLoader(context.group),
    plan: {
      target: way.target,
      serviceConfig: byPolicy(way.policy),
      connections: cell.connections,
      loop:
        cell.loop === 'open'
          ? { kind: 'open', callsPerSecond }
          : { kind: 'closed', concurrency: CONCURRENCY },
      calls: shape,
      waitForReady: true,
      // All results have to fit into the log of a pod.
      seriesMs: 1000,
    },
    // Proxies and backends are in other containers, whose processes this one cannot see.
    processes: [],
    backends,
  })
}
