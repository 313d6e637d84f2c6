// How a hop behaves: whether it hands on deadlines and cancellations, and how it works.

export interface HopBehavior {
  /** The next hop; the last one has none, and works. */
  readonly next?: { readonly address: string; readonly authority?: string }
  /** Whether the call to the next hop ends at the deadline of the call that it is for. */
  readonly handsOnDeadline: boolean
  /** Whether the call to the next hop is cancelled when the call that it is for has ended. */
  readonly handsOnCancellation: boolean
  /** How much sooner the next hop must answer, in milliseconds: the time that this hop needs for its own answer. */
  readonly marginMs: number
  /** Whether it answers without the next hop if that is late, instead of failing. */
  readonly answersWithout: boolean
  /** Whether the work stops when nobody waits for it. */
  readonly looks: boolean
  /** Work begins only if at least this much of the deadline is left, in milliseconds: what it takes. */
  readonly minLeftMs: number
  /** A unit of work: CPU time, and time in which something else works, such as a disk. */
  readonly unit: { readonly cpuMs: number; readonly waitMs: number }
  /** How many calls work at a time; others wait for their turn. */
  readonly slots: number
}

/** A hop as it should be. */
export const CAREFUL: HopBehavior = {
  handsOnDeadline: true,
  handsOnCancellation: true,
  marginMs: 0,
  answersWithout: false,
  looks: true,
  minLeftMs: 0,
  unit: { cpuMs: 1, waitMs: 9 },
  slots: Number.MAX_SAFE_INTEGER,
}
