// Which servers are compared, and over how many connections.

import type { ProfileName } from '../../../../harness/profile.ts'
import type { Sharing } from '../servers/start-servers.ts'

export interface Crew {
  readonly title: string
  readonly processes: number
  readonly sharing: Sharing
}

export const CREWS = {
  one: { title: 'one process', processes: 1, sharing: 'cluster' },
  cluster: { title: 'two processes, node:cluster', processes: 2, sharing: 'cluster' },
  'reuse-port': { title: 'two processes, SO_REUSEPORT', processes: 2, sharing: 'reuse-port' },
} as const satisfies Readonly<Record<string, Crew>>

export type CrewName = keyof typeof CREWS
export const CREW_NAMES = Object.keys(CREWS) as readonly CrewName[]

export const CONNECTIONS: Readonly<Record<ProfileName, readonly number[]>> = {
  quick: [1, 8],
  standard: [1, 2, 8],
  full: [1, 2, 4, 8],
}

/** Calls at a time, over all connections. */
export const CONCURRENCY = 16

export interface CrewCell {
  readonly crew: CrewName
  readonly connections: number
}

export const crewId = ({ crew, connections }: CrewCell): string =>
  `threads.servers.${crew}.${connections}-connections`

/** The crews next to each other, so that what disturbs the machine disturbs all of them. */
export const crewCells = (profile: ProfileName): readonly CrewCell[] =>
  CONNECTIONS[profile].flatMap((connections) => CREW_NAMES.map((crew) => ({ crew, connections })))

/** New connections of a process, such as s1. */
export const acceptedBy = (id: string): string => `connections of ${id}`
