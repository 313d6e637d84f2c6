// How long a request waits for the fleets: `?wait=30s`.

import type { FastifyReply } from 'fastify'
import type { WaitQuery } from '../../api/schemas/request.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { parseDuration } from '../switches/duration.ts'

const LONGEST_MS = 300_000

/** Milliseconds; undefined without a wait. @throws SwitchyardError `invalid-argument` beyond 5 minutes */
export function waitMsOf({ wait }: WaitQuery): number | undefined {
  if (wait === undefined) return undefined
  const waitMs = parseDuration(wait)
  if (waitMs !== undefined && waitMs <= LONGEST_MS) return waitMs
  throw new SwitchyardError('invalid-argument', 'the query is not valid', {
    problems: [{ path: 'wait', message: `must be 5m at most, not ${wait}` }],
  })
}

/** Aborts when the wait ends, when the server closes, or when the client has disconnected. */
export function waitSignal(waitMs: number, reply: FastifyReply, closing: AbortSignal): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return AbortSignal.any([AbortSignal.timeout(waitMs), closing, gone.signal])
}
