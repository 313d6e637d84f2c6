// Where a rate limiter keeps its counts: in its own memory, or in a store that several of them share.

import { SECONDS, type TimeUnit } from './time-unit.ts'

/** Hits on a count in the current window of its unit. */
export interface Hits {
  readonly countKey: string
  readonly unit: TimeUnit
  /** 0 only reads the count. */
  readonly amount: number
}

export interface CountStore {
  /**
   * Adds all hits, and resolves with the count after each. @param now milliseconds since 1970
   * @throws SwitchyardError `unreachable`
   */
  add(hits: readonly Hits[], now: number): Promise<readonly number[]>
  close(): Promise<void>
}

/** The window of a unit in which a time is: when it began, in seconds since 1970. All windows begin by UTC. */
export function windowStart(unit: TimeUnit, now: number): number {
  const seconds = SECONDS[unit]
  return Math.floor(now / 1_000 / seconds) * seconds
}

/** Seconds until the next window begins, rounded up. */
export function secondsLeft(unit: TimeUnit, now: number): number {
  return Math.ceil(windowStart(unit, now) + SECONDS[unit] - now / 1_000)
}
