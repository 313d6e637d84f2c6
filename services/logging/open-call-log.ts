// The log of a service process: where it goes, and what it has.

import { once } from 'node:events'
import type { DescService } from '@bufbuild/protobuf'
import { type CallLog, createCallLog, type PayloadOptions } from './call-log.ts'
import { createLogger, type LoggerOptions, logDestination } from './logger.ts'

export interface LogOptions {
  /** A file, to which lines are appended, or `-` for stderr. */
  readonly to: string
  /** Of the calls whose messages are logged, in percents from 0 to 100. Default: 0. */
  readonly payloadPercent?: number
  /** Default: all fields that are not sensitive. */
  readonly fields?: PayloadOptions['fields']
}

const STDERR = 2

export interface OpenCallLog extends CallLog {
  /** Resolves when all lines are written. Nothing may be logged after it. */
  close(): Promise<void>
}

/** @throws SwitchyardError `invalid-argument` with all problems of the fields */
export function openCallLog(
  { to, payloadPercent = 0, fields }: LogOptions,
  who: LoggerOptions,
  services: readonly DescService[],
): OpenCallLog {
  const out = logDestination(to === '-' ? STDERR : to)
  const log = createCallLog({
    logger: createLogger(who, out),
    services,
    payloads: { share: payloadPercent / 100, ...(fields && { fields }) },
  })
  return {
    ...log,
    async close() {
      const closed = once(out, 'close')
      out.end()
      await closed
    },
  }
}
