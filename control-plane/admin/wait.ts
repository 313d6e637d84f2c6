// How long a write waits for the fleet: `?wait=30s`.

import type { FastifyReply } from 'fastify'
import { type Static, Type } from 'typebox'
import { SwitchyardError } from '../../core/errors.ts'
import { DurationSchema, parseDuration } from '../switches/duration.ts'

const LONGEST_MS = 300_000

export const WaitQuerySchema = Type.Object(
  { wait: Type.Optional(DurationSchema) },
  { additionalProperties: false, description: 'a query such as ?wait=30s' },
)
export type WaitQuery = Static<typeof WaitQuerySchema>

/** Milliseconds; undefined where no wait is asked for. @throws SwitchyardError `invalid-argument` beyond 5 minutes. */
export function waitMsOf({ wait }: WaitQuery): number | undefined {
  const waitMs = wait === undefined ? undefined : parseDuration(wait)
  if (waitMs === undefined || waitMs <= LONGEST_MS) return waitMs
  throw new SwitchyardError('invalid-argument', 'the query is not valid', {
    problems: [{ path: 'wait', message: `must be 5m at most, not ${wait}` }],
  })
}

/** Aborts when the time is over, when the server closes, or when nobody is there any more to be answered. */
export function waitSignal(waitMs: number, reply: FastifyReply, closing: AbortSignal): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return AbortSignal.any([AbortSignal.timeout(waitMs), closing, gone.signal])
}
