// What open and closed loops have in common.

export interface LoopContext {
  readonly connections: number
  /** Sends a call now. Its `ended` is never called before this returns. */
  readonly call: (connection: number, dueMs: number, ended: (isOk: boolean) => void) => void
  /** A call that was due had nothing to wait for, and yet it is sent late: the loader is too slow. */
  readonly late: (dueMs: number, lateMs: number) => void
}

/** Times are of `performance.now()`. */
export interface Loop {
  readonly beginMs: number
  /** Sends no more calls, except those that were due before the given moment and need not wait for others. @returns when the rest of those was due */
  end(toMs: number): readonly number[]
}
