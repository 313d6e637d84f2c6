// The measured servers that share a port.

import type { Measured, Results } from '../../../../harness/results.ts'
import { roundsOf } from '../../../../harness/statistics/rounds.ts'
import { CONNECTIONS, CREW_NAMES, CREWS, type CrewCell, crewId } from './crews.ts'

export interface MeasuredCrew extends CrewCell {
  readonly name: string
  readonly processes: number
  readonly rounds: readonly Measured[]
}

export function measuredCrews(results: Pick<Results, 'runs'>): readonly MeasuredCrew[] {
  return CONNECTIONS.full.flatMap((connections) =>
    CREW_NAMES.flatMap((crew) => {
      const rounds = roundsOf(results, crewId({ crew, connections }))
      if (rounds.length === 0) return []
      const { title, processes } = CREWS[crew]
      return [{ crew, connections, name: withConnections(title, connections), processes, rounds }]
    }),
  )
}

export const withConnections = (title: string, connections: number): string =>
  `${title}, ${connections} ${connections === 1 ? 'connection' : 'connections'}`
