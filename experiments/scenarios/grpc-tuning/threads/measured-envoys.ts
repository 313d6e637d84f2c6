// The measured Envoys, by their workers.

import type { Measured, Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { CONNECTIONS } from './crews.ts'
import { accepted, ENVOY_NAMES, ENVOYS, type EnvoyCell, envoyId, workerCpu } from './envoys.ts'
import { withConnections } from './measured-crews.ts'

export interface MeasuredEnvoy extends EnvoyCell {
  readonly name: string
  readonly workers: number
  readonly rounds: readonly Measured[]
}

export function measuredEnvoys(results: Pick<Results, 'runs'>): readonly MeasuredEnvoy[] {
  return CONNECTIONS.full.flatMap((connections) =>
    ENVOY_NAMES.flatMap((envoy) => {
      const rounds = roundsOf(results, envoyId({ envoy, connections }))
      if (rounds.length === 0) return []
      const { title, workers } = ENVOYS[envoy]
      return [{ envoy, connections, name: withConnections(title, connections), workers, rounds }]
    }),
  )
}

/** Of each worker: new connections in the order of workers. */
export const acceptedOf = (workers: number, { figures }: Measured): readonly number[] =>
  Array.from({ length: workers }, (_, worker) => figures[accepted(worker)] ?? Number.NaN)

export const workerCpuOf = (workers: number, { figures }: Measured): readonly number[] =>
  Array.from({ length: workers }, (_, worker) => figures[workerCpu(worker)] ?? Number.NaN)
