// The quota of writes that clients meet in the demonstration of retries.

export const QUOTA = { writes: 3, windowMs: 400 } as const
/** Four windows. */
export const WRITES = 4 * QUOTA.writes
