// How long a request waits for the fleets: `?wait=30s`.

import type { FastifyReply } from 'fastify'
import type { WaitQuery } from '../../api/schemas/request.ts'
import { parseDuration } from '../switches/duration.ts'

/** Milliseconds; undefined without a wait. The schema of the query allows 1 ms to 5 minutes. */
export function waitMsOf({ wait }: WaitQuery): number | undefined {
  return wait === undefined ? undefined : parseDuration(wait)
}

/** Aborts when the wait ends, when the server closes, or when the client has disconnected. */
export function waitSignal(waitMs: number, reply: FastifyReply, closing: AbortSignal): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return AbortSignal.any([AbortSignal.timeout(waitMs), closing, gone.signal])
}
