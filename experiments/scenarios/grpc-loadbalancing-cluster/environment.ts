// What the Job tells the scenario of its cluster, in variables of its environment.

import { type Problem, SwitchyardError } from '../../../core/errors.ts'
import { MESHES, type Mesh } from './meshes.ts'

export const VARIABLES = {
  mesh: 'SWITCHYARD_MESH',
  backends: 'SWITCHYARD_BACKENDS',
  cluster: 'SWITCHYARD_CLUSTER',
} as const

export const NOT_DESCRIBED = 'not described'

export interface ClusterEnvironment {
  /** Whether this process runs in a Job of the scenario. */
  readonly isCluster: boolean
  readonly mesh: Mesh
  readonly backends: number
  /** In the words of whoever applied it, such as "kind, Kubernetes 1.34, Istio 1.28"; the Job may not ask the cluster. */
  readonly cluster: string
}

/** @throws SwitchyardError `invalid-argument` with all problems */
export function readEnvironment(env: NodeJS.ProcessEnv): ClusterEnvironment {
  const mesh = env[VARIABLES.mesh]
  const backends = env[VARIABLES.backends] ?? '3'
  const problems: Problem[] = []
  const known = MESHES.find((one) => one === (mesh ?? 'none'))
  if (known === undefined) {
    problems.push({
      path: VARIABLES.mesh,
      message: `unknown mesh "${mesh}"; use one of: ${MESHES.join(', ')}`,
    })
  }
  if (!/^[1-9]\d{0,3}$/.test(backends)) {
    problems.push({
      path: VARIABLES.backends,
      message: `"${backends}" is not a number of backends; give 1 to 9999`,
    })
  }
  if (known === undefined || problems.length > 0) {
    throw new SwitchyardError('invalid-argument', 'invalid environment:', { problems })
  }
  return {
    isCluster: mesh !== undefined,
    mesh: known,
    backends: Number(backends),
    cluster: env[VARIABLES.cluster] ?? NOT_DESCRIBED,
  }
}
