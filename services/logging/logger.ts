// A pino logger whose lines have the fields of `core/log-line.ts`.

import { type DestinationStream, destination, type Logger, pino } from 'pino'
import type { LogLine } from '../../core/log-line.ts'
import { activeTrace } from './call-trace.ts'

/** Bytes that may wait for a slow disk. Beyond them lines are dropped: a log must not delay calls. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024

export type CallLogger = Logger

export interface LoggerOptions {
  readonly role: LogLine['role']
  /** The id of the process in every line. */
  readonly node: string
}

/** Lines that are no calls, such as `logger.warn('the disk is full')`, are notes, with the trace of the active span. */
export function createLogger({ role, node }: LoggerOptions, out: DestinationStream): CallLogger {
  return pino(
    {
      level: 'debug',
      messageKey: 'message',
      base: { role, node },
      formatters: { level: (level) => ({ level }) },
      // Of a call, the time comes with the line.
      timestamp: false,
      mixin: () => ({ time: new Date().toISOString(), event: 'note', ...activeTrace() }),
      mixinMergeStrategy: (line, mixin) => ({ ...mixin, ...line }),
    },
    out,
  )
}

/**
 * Appends to a file, which is created if it is missing, or to a file descriptor such as 2. Lines are written in the background, and at
 * once when the process exits.
 */
export function logDestination(to: string | number) {
  return destination({ dest: to, sync: false, mkdir: true, maxLength: MAX_WAITING_BYTES })
}
