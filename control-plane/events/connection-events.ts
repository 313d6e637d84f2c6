// The event `connections`: calls by connection and backend since the last one, from access logs.

import type { AccessLogs } from '../access-logs/access-logs.ts'
import { ConnectionTally } from '../access-logs/connection-tally.ts'
import type { EventHub, EventSource } from './event-hub.ts'
import { Throttle } from './throttle.ts'

const INTERVAL_MS = 1_000

export interface ConnectionEventsOptions {
  readonly logs: Pick<AccessLogs, 'listen'>
  /** Milliseconds since 1970. Default: the clock. */
  readonly now?: () => number
}

export function connectionEvents(
  hub: Pick<EventHub, 'publish'>,
  { logs, now = Date.now }: ConnectionEventsOptions,
): EventSource {
  return () => {
    const tally = new ConnectionTally()
    const publishedAt = new Map<string, number>()
    const startedAt = now()
    const throttle = new Throttle(
      () => INTERVAL_MS,
      () => {
        const at = now()
        for (const [fleet, { rows, isTruncated }] of tally.take()) {
          const since = publishedAt.get(fleet) ?? startedAt
          publishedAt.set(fleet, at)
          hub.publish('connections', {
            at: new Date(at).toISOString(),
            seconds: (at - since) / 1_000,
            fleet,
            ...(isTruncated && { truncated: true as const }),
            rows,
          })
        }
      },
    )
    const stop = logs.listen({
      logged: (logged) => {
        tally.add(logged)
        throttle.request()
      },
    })
    return () => {
      stop()
      throttle.stop()
    }
  }
}
