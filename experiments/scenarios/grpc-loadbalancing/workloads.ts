// What clients call: the same service and the same calls for every way.

import type { CallShape } from '../../../testbed/loader/load-plan.ts'
import { type Crew, FAIL_PERCENT, SLOW_MS } from './crews.ts'

export interface Workload {
  readonly title: string
  readonly shape: CallShape
  readonly crew: Crew
  /** Calls a second of an open loop: far below what any way can do, so that no call waits for another. */
  readonly callsPerSecond: number
}

/** Calls at a time of a closed loop. */
export const CONCURRENCY = 16

/** A stream takes a second. */
const STREAM = { messages: 50, everyMs: 20 }
/** Of the expensive calls among mixed ones. */
const EXPENSIVE_MS = 50

export const WORKLOADS = {
  unary: {
    title: 'short unary calls',
    shape: { kind: 'unary' },
    crew: 'alike',
    callsPerSecond: 300,
  },
  streams: {
    title: `server streams of ${STREAM.messages} messages, one every ${STREAM.everyMs} ms`,
    shape: { kind: 'server-stream', ...STREAM },
    crew: 'alike',
    callsPerSecond: 30,
  },
  mixed: {
    title: `unary calls, one of ten takes ${EXPENSIVE_MS} ms`,
    shape: {
      kind: 'mixed',
      of: [
        { weight: 9, shape: { kind: 'unary' } },
        { weight: 1, shape: { kind: 'unary', delayMs: EXPENSIVE_MS } },
      ],
    },
    crew: 'alike',
    callsPerSecond: 300,
  },
  slow: {
    title: `short unary calls, one backend takes ${SLOW_MS} ms longer`,
    shape: { kind: 'unary' },
    crew: 'one slow',
    callsPerSecond: 300,
  },
  failing: {
    title: `short unary calls, one backend fails ${FAIL_PERCENT} % of its calls`,
    shape: { kind: 'unary' },
    crew: 'one failing',
    callsPerSecond: 300,
  },
} as const satisfies Readonly<Record<string, Workload>>

export type WorkloadName = keyof typeof WORKLOADS
