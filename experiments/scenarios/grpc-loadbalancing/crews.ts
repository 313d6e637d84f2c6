// Who the backends of a run are: alike, or one of them is slow or fails.

export type Crew = 'alike' | 'one slow' | 'one failing'

/** Added to each call of the slow backend, in milliseconds. */
export const SLOW_MS = 50
/** Of the calls of the failing backend. */
export const FAIL_PERCENT = 30
