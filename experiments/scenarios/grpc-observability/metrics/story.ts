// What a story of the chapter is: something that is done to calls, and how the counts of the three must then relate.

import type { EdgeSettings, ObservedEdge } from '../observed-edge.ts'
import type { Calls } from './calls.ts'
import type { Codes, Counts } from './counts.ts'

export interface Story {
  readonly id: string
  readonly row: string
  readonly title: string
  /** What the counts show, in a sentence or two. */
  readonly says: string
  readonly settings?: EdgeSettings
  /** Makes about `calls` calls; resolves when all have ended. */
  readonly run: (edge: ObservedEdge, calls: number, signal: AbortSignal) => Promise<Calls>
  /** What must hold, as text and whether it does. `made` are the calls that the program made. */
  readonly holds: (counts: Counts, made: Calls) => Readonly<Record<string, boolean>>
}

/** How many calls ended well. */
export const ok = (codes: Codes) => codes.OK ?? 0

/** How many calls ended. */
export const all = (codes: Codes) => Object.values(codes).reduce((sum, one) => sum + one, 0)
