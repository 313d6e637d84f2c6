// The matrix over every placement: the cells that transports of one machine have too.

import { setTimeout as wait } from 'node:timers/promises'
import { SwitchyardError } from '../../../core/errors.ts'
import type { ClusterEnvironment } from '../../../harness/cluster/environment.ts'
import { MESH } from '../../../harness/cluster/meshes.ts'
import { measureLoad } from '../../../harness/measure-load.ts'
import type { Profile } from '../../../harness/profile.ts'
import type { Measured } from '../../../harness/results.ts'
import type { Need, Run, RunContext } from '../../../harness/scenario.ts'
import { type Loader, startLoader } from '../../../testbed/loader/start-loader.ts'
import { type Cell, cellId, labelsOf } from '../grpc-transport-benchmark/matrix/cells.ts'
import { axesOf, loadOf, windowOf } from '../grpc-transport-benchmark/matrix/plan.ts'
import { HOST_PATH, PLACEMENTS, type Placement } from './placements.ts'

/** Images are pulled, and pods wait for the one of the Job to have a node. */
const PATIENCE_MS = 300_000
const POLL_MS = 50

export function runsOf(
  profile: Profile,
  { mesh, cluster, isCluster }: ClusterEnvironment,
  env: NodeJS.ProcessEnv,
): readonly Run[] {
  const need: Need = {
    name: 'a Job in a Kubernetes cluster',
    install: 'see docs/guides/transports-in-a-cluster.md',
    isThere: () => isCluster,
  }
  const placements = PLACEMENTS.filter(({ needsHostPath }) => !needsHostPath || env[HOST_PATH] !== 'false')
  // Placements next to each other, so that what disturbs a node disturbs all of them.
  return axesOf(profile).flatMap((cell) =>
    placements.map((placement): Run => {
      const window = windowOf(profile, placement, cell)
      return {
        id: cellId(placement.id, cell),
        labels: { ...labelsOf(placement.title, cell), mesh: MESH[mesh].title, cluster },
        needs: [need],
        seconds: window.warmUpSeconds + window.seconds + 0.2,
        measure: (context) => measure(context, placement, placement.target(env), cell),
      }
    }),
  )
}

async function measure(
  context: RunContext,
  placement: Placement,
  target: string,
  cell: Cell,
): Promise<Measured> {
  const loader = await context.shared('loader', ({ group }) => startLoader(group))
  await context.shared(`answer of ${placement.id}`, () =>
    untilAnswered(loader, placement, target, context.signal),
  )
  const {
    series: _,
    shares: _shares,
    ...kept
  } = await measureLoad(context, {
    loader,
    plan: loadOf(target, cell, windowOf(context.profile, placement, cell)),
    // Servers and proxies are in other containers, whose processes this one cannot see.
    processes: [],
  })
  return kept
}

/** @throws SwitchyardError `process-failed` if nobody answers: a pod may be pending */
async function untilAnswered(
  loader: Loader,
  { id }: Placement,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  const load = await loader.begin({
    ...{ target, connections: 1, loop: { kind: 'closed', concurrency: 1 }, calls: { kind: 'unary' } },
    ...{ warmUpSeconds: 0, deadlineMs: PATIENCE_MS, waitForReady: true },
  })
  while ((await load.counts()).calls === 0) await wait(POLL_MS, undefined, { signal })
  const { codes, errors } = await load.end()
  if ((codes.OK ?? 0) > 0) return
  throw new SwitchyardError(
    'process-failed',
    `${id}: nobody answers at ${target}: ${Object.keys(errors).join('; ')}. See "kubectl get pods" of the namespace`,
  )
}
