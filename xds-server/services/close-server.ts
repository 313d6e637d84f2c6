// How a server ends: with GOAWAY and one stream after the other, so that clients move to other replicas in peace, and then by force.

import type { Server } from '@grpc/grpc-js'
import type { GrpcListener } from '../../core/grpc-listener.ts'
import { LONGEST_TIMER_MS } from '../../core/longest-timer.ts'
import type { OpenStreams } from './open-streams.ts'

/** From one stream to the next, if the grace allows it: the others of the group are served meanwhile. */
const PACE_MS = 5

export interface RunningServer {
  readonly server: Server
  readonly listeners: readonly GrpcListener[]
  readonly streams: OpenStreams
}

/** Resolves when every connection has ended. A later call with a shorter grace ends them sooner. */
export async function closeServer(
  { server, listeners, streams }: RunningServer,
  graceMs: number,
): Promise<void> {
  const force = () => {
    streams.announceEnd('shutdown')
    server.forceShutdown()
    for (const listener of listeners) listener.close()
  }
  const closed = Promise.all(listeners.map((listener) => listener.closed))
  if (graceMs <= 0) {
    force()
    await closed
    return
  }
  for (const listener of listeners) listener.drain()
  const timer = setTimeout(force, Math.min(graceMs, LONGEST_TIMER_MS))
  // Half of the grace is left for answers to what the last streams were sent.
  void streams.drain(graceMs / 2, PACE_MS)
  await closed
  clearTimeout(timer)
  server.forceShutdown()
}
