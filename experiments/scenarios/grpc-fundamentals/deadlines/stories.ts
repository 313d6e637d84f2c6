// What the hops of a chain do with the deadline of their caller, as data.

import type { HopBehavior } from '../../../../services/hop/behavior.ts'
import type { Way } from '../statuses/way.ts'

/** What the work takes at least: each unit waits, and timers never end early. */
export const UNITS = 80
export const UNIT = { cpuMs: 1, waitMs: 9 } as const
export const WORK_MS = UNITS * UNIT.waitMs
/** What the client allows: far less. */
export const DEADLINE_MS = 200

/** What hops `a` and `b` keep of the deadline for their own answer. Large, so that a busy machine keeps it too. */
export const MARGIN_MS = 350

export interface Story {
  readonly id: string
  readonly title: string
  /** What is wrong or right in it, in a sentence. */
  readonly says: string
  /** How `a`, `b` and `c` differ from a hop as it should be. */
  readonly a?: Partial<HopBehavior>
  readonly b?: Partial<HopBehavior>
  readonly c?: Partial<HopBehavior>
  /** Default: `DEADLINE_MS`. */
  readonly deadlineMs?: number
  /** The client cancels when `c` has begun to work, and sets no deadline. */
  readonly cancels?: true
  /** A rule of Envoy for the calls from `b` to `c`. */
  readonly ruleOfC?: object
  readonly ways?: readonly Way[]
  /** Whether the last hop works to the end although nobody waits. */
  readonly wastes: boolean
  readonly ends: 'DEADLINE_EXCEEDED' | 'CANCELLED' | 'OK'
}

const LOSES: Partial<HopBehavior> = { handsOnDeadline: false, handsOnCancellation: false }
const SHORTENS: Partial<HopBehavior> = { marginMs: MARGIN_MS }

export const STORIES: readonly Story[] = [
  {
    id: 'propagated',
    title: 'handed on',
    says: 'Every hop gives its own call what is left of the deadline.',
    wastes: false,
    ends: 'DEADLINE_EXCEEDED',
  },
  {
    id: 'shortened',
    title: 'shortened',
    says: '`a` and `b` keep some time for themselves: `a` answers in time, without the part that was late.',
    a: { ...SHORTENS, answersWithout: true },
    b: SHORTENS,
    deadlineMs: 2 * MARGIN_MS + DEADLINE_MS,
    wastes: false,
    ends: 'OK',
  },
  {
    id: 'cancelled',
    title: 'cancelled',
    says: 'No deadline at all: the client cancels, and every hop cancels what it has asked for.',
    cancels: true,
    wastes: false,
    ends: 'CANCELLED',
  },
  {
    id: 'lost',
    title: 'lost in `b`',
    says: '`b` calls `c` with neither deadline nor cancellation: `c` cannot know that nobody waits.',
    b: LOSES,
    wastes: true,
    ends: 'DEADLINE_EXCEEDED',
  },
  {
    id: 'ignored',
    title: 'ignored by `c`',
    says: '`c` gets the deadline and does not look at it: gRPC ends the call, not the work.',
    c: { looks: false },
    wastes: true,
    ends: 'DEADLINE_EXCEEDED',
  },
  {
    id: 'capped',
    title: 'lost, but capped',
    says: '`b` loses the deadline, but Envoy in front of `c` ends every call after `maxStreamDuration: 300ms`.',
    b: LOSES,
    ruleOfC: { maxStreamDuration: '300ms' },
    ways: ['envoy'],
    wastes: false,
    ends: 'DEADLINE_EXCEEDED',
  },
]
