// How a server ends: with GOAWAY and one stream after the other, so that clients move to other replicas in peace, and then by force.

import type { Server } from '@grpc/grpc-js'
import type { GrpcListener } from '../../core/grpc-listener.ts'
import { type ChecksOf, isNumber, optionsWith, rejectProblems, valueWhere } from '../../core/option-checks.ts'
import { Timer } from '../../core/timer.ts'
import type { OpenStreams } from './open-streams.ts'

/** From one stream to the next, if the grace allows it: the others of the group are served meanwhile. */
const PACE_MS = 5

/**
 * How `XdsServer.close` ends.
 *
 * @example
 * ```ts
 * import { type CloseOptions, startXdsServer } from 'switchyard'
 *
 * const gracefully: CloseOptions = { graceMs: 10_000 }
 * const server = await startXdsServer({ cache, address: '127.0.0.1:0' })
 * process.once('SIGTERM', () => server.close(gracefully))
 * ```
 */
export interface CloseOptions {
  /**
   * Milliseconds, or Infinity. Clients get GOAWAY, and their streams end one after the other within half of this time, each when the client has
   * answered what it was sent. What is left at its end is ended by force. Default: 0, by force at once, as with any time below 0.
   */
  readonly graceMs?: number
}

export interface RunningServer {
  readonly server: Server
  readonly listeners: readonly GrpcListener[]
  readonly streams: OpenStreams
}

const CHECKS: ChecksOf<CloseOptions> = {
  graceMs: valueWhere((value) => isNumber(value) && !Number.isNaN(value), 'a number of milliseconds'),
}

const OPTIONS = optionsWith(CHECKS)

/** Resolves when every connection has ended. A later call with a shorter grace ends them sooner. @throws SwitchyardError `invalid-argument` */
export async function closeServer(
  { server, listeners, streams }: RunningServer,
  options: CloseOptions,
): Promise<void> {
  rejectProblems('the options of close are invalid:', OPTIONS(options, ''))
  const { graceMs = 0 } = options
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
  const timer = new Timer(graceMs, force, { keepsAlive: true })
  // Half of the grace is left for answers to what the last streams were sent.
  void streams.drain(graceMs / 2, PACE_MS)
  await closed
  timer.stop()
  server.forceShutdown()
}
