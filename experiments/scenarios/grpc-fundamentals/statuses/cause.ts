// A cause of a status, as data: what happens, who ends the call, what it must end with, and whether to call again.

import type { status } from '@grpc/grpc-js'
import type { RunContext } from '../../../../harness/scenario.ts'
import type { Outcome } from './outcome.ts'
import type { Parts } from './parts.ts'
import { WAYS, type Way } from './way.ts'

export interface Cause {
  /** Unique among the causes. */
  readonly id: string
  /** What gRPC's documents say for it, and what the call must end with unless `ends` says another. */
  readonly code: status
  /** What it ends with on a way instead. A number that is no status is shown as it is. */
  readonly ends?: Partial<Readonly<Record<Way, number>>>
  /** Why it does not end with what the documents say, or not on both ways. */
  readonly note?: string
  /** What happens, in a few words. */
  readonly what: string
  /** Who makes the status where no proxy is between. */
  readonly by: 'client' | "server's library" | 'service' | 'Envoy'
  /** Whether the same call may be sent again, and when. */
  readonly retry: string
  /** Default: both. */
  readonly ways?: readonly Way[]
  readonly provoke: (scene: Scene) => Promise<Outcome>
}

export interface Scene {
  readonly parts: Parts
  readonly way: Way
  readonly context: RunContext
}

/** What may be sent again, in the words of the tables. */
export const RETRY = {
  unneeded: 'nothing to retry',
  never: 'no: the same call fails again',
  state: 'no: the state must change first',
  caller: 'no: the caller has ended it',
  afterRead: 'not the call: read again, then write on what was read',
  backOff: 'yes, with back-off',
  later: 'yes, but only when told (RetryInfo), or after a long back-off',
  idempotent: 'only if it may be done twice: nobody knows whether it was done',
  newToken: 'once, with a new token',
  bug: 'no: it is a bug or a broken peer',
} as const

/** What a call of this cause must end with on a way. */
export function expectedOf({ code, ends }: Cause, way: Way): number {
  return ends?.[way] ?? code
}

/** The ways on which the cause can be provoked. */
export function waysOf({ ways = WAYS }: Cause): readonly Way[] {
  return ways
}
