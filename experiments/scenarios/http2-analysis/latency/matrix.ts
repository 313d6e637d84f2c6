// Which ways are loaded, with which bodies and at which concurrency.

import type { Profile, ProfileName } from '../../../../harness/profile.ts'
import type { Way } from '../peers/ways.ts'

export const POOL = 6

export interface LoadedWay {
  readonly title: string
  readonly way: Way
  /** Connections for a number of calls at a time. */
  readonly connections: (concurrency: number) => number
}

export const LOADED_WAYS = {
  http1: { title: 'HTTP/1.1, a connection for each call', way: 'http1', connections: (calls) => calls },
  'http1-6': {
    title: 'HTTP/1.1, a pool of six',
    way: 'http1',
    connections: (calls) => Math.min(calls, POOL),
  },
  http2: { title: 'HTTP/2, one connection', way: 'http2', connections: () => 1 },
  grpc: { title: 'gRPC (grpc-js), one connection', way: 'grpc', connections: () => 1 },
} as const satisfies Readonly<Record<string, LoadedWay>>

export type LoadedWayName = keyof typeof LOADED_WAYS
export const WAY_NAMES = Object.keys(LOADED_WAYS) as readonly LoadedWayName[]

export const BODIES = {
  small: { title: 'small', requestBytes: 100, responseBytes: 100 },
  large: { title: 'large', requestBytes: 100, responseBytes: 65_536 },
} as const

export type BodyName = keyof typeof BODIES

export interface LoadedCell {
  readonly name: LoadedWayName
  readonly body: BodyName
  readonly concurrency: number
}

const ALL = [1, 4, 16, 64, 256]
const CONCURRENCIES: Readonly<Record<ProfileName, Readonly<Record<BodyName, readonly number[]>>>> = {
  quick: { small: [1, 16, 256], large: [16] },
  standard: { small: ALL, large: ALL },
  full: { small: [1, 2, 4, 8, 16, 32, 64, 128, 256], large: ALL },
}

/** The ways next to each other, so that what disturbs the machine disturbs all of them. */
export function cellsOf({ name: profile }: Profile): readonly LoadedCell[] {
  return Object.entries(CONCURRENCIES[profile]).flatMap(([body, concurrencies]) =>
    concurrencies.flatMap((concurrency) =>
      WAY_NAMES.map((name) => ({ name, body: body as BodyName, concurrency })),
    ),
  )
}

export const cellId = ({ name, body, concurrency }: LoadedCell): string =>
  `latency.${body}.${name}.${concurrency}-at-a-time`

/** Seconds, shorter than those of the profile: the matrix is large. */
export function windowOf({ name }: Profile): { readonly warmUpSeconds: number; readonly seconds: number } {
  if (name === 'quick') return { warmUpSeconds: 0.1, seconds: 0.2 }
  return name === 'standard' ? { warmUpSeconds: 0.5, seconds: 1.5 } : { warmUpSeconds: 2, seconds: 10 }
}
