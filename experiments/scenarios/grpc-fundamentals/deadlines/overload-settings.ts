// How the overload is made.

/** One call at a time, each with this work: 20 calls a second at most. */
export const OVERLOAD_UNITS = 5
export const OVERLOAD_UNIT = { cpuMs: 0, waitMs: 10 } as const
/** Calls a second. */
export const CAPACITY = 1000 / (OVERLOAD_UNITS * OVERLOAD_UNIT.waitMs)
export const OFFERED = 2 * CAPACITY
export const OVERLOAD_DEADLINE_MS = 250
/** What `c` wants to be left of a deadline before it begins: the work, and as much again for the way. */
export const OVERLOAD_NEEDS_MS = 2 * OVERLOAD_UNITS * OVERLOAD_UNIT.waitMs
