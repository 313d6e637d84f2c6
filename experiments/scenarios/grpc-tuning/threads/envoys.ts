// Which Envoys are compared, by their worker threads, and over how many connections.

import type { ProfileName } from '../../../../harness/profile.ts'
import type { EnvoySetting } from '../servers/envoys.ts'
import { CONNECTIONS } from './crews.ts'

interface NamedEnvoy extends EnvoySetting {
  readonly title: string
}

export const ENVOYS = {
  'one-worker': { title: 'one worker', workers: 1 },
  'two-workers': { title: 'two workers, one socket', workers: 2 },
  'two-sockets': { title: 'two workers, a socket each', workers: 2, reusePort: true },
} as const satisfies Readonly<Record<string, NamedEnvoy>>

export type EnvoyName = keyof typeof ENVOYS
export const ENVOY_NAMES = Object.keys(ENVOYS) as readonly EnvoyName[]

/** Behind each of them, so that it is seen which of them a worker reaches. */
export const SERVERS = 2

export interface EnvoyCell {
  readonly envoy: EnvoyName
  readonly connections: number
}

export const envoyId = ({ envoy, connections }: EnvoyCell): string =>
  `threads.envoy.${envoy}.${connections}-connections`

export const envoyCells = (profile: ProfileName): readonly EnvoyCell[] =>
  CONNECTIONS[profile].flatMap((connections) => ENVOY_NAMES.map((envoy) => ({ envoy, connections })))

/** New connections of a worker, from 0. */
export const accepted = (worker: number): string => `connections of worker ${worker}`
/** CPU time of a worker, from 0, from the first connection to the last call. */
export const workerCpu = (worker: number): string => `CPU of worker ${worker} (ms)`
