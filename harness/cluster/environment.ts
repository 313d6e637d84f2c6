// What the Job tells the scenario of its cluster, in variables of its environment.

import { SwitchyardError } from '../../core/errors.ts'
import { MESHES, type Mesh } from './meshes.ts'

export const VARIABLES = { mesh: 'SWITCHYARD_MESH', cluster: 'SWITCHYARD_CLUSTER' } as const
export const NOT_DESCRIBED = 'not described'

export interface ClusterEnvironment {
  /** Whether this process runs in a Job of the scenario. */
  readonly isCluster: boolean
  readonly mesh: Mesh
  /** In the words of whoever applied it, such as "kind, Istio 1.28"; the Job may not ask the cluster. */
  readonly cluster: string
}

/** @throws SwitchyardError `invalid-argument` for an unknown mesh */
export function readEnvironment(env: NodeJS.ProcessEnv): ClusterEnvironment {
  const name = env[VARIABLES.mesh] ?? 'none'
  const mesh = MESHES.find((one) => one === name)
  if (mesh === undefined) {
    const message = `${VARIABLES.mesh}: unknown mesh "${name}"; use one of: ${MESHES.join(', ')}`
    throw new SwitchyardError('invalid-argument', message)
  }
  return {
    isCluster: env[VARIABLES.mesh] !== undefined,
    mesh,
    cluster: env[VARIABLES.cluster] || NOT_DESCRIBED,
  }
}
