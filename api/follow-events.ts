// Follows events over broken connections and restarts of the control plane.

import { SwitchyardError } from '../core/errors.ts'
import type { RestClient } from './client.ts'
import type { ServerEvent } from './event-stream.ts'

/** `retryInMs`: the next attempt comes after this time. */
export type EventConnection =
  | { readonly state: 'connecting' }
  | { readonly state: 'open' }
  | { readonly state: 'lost'; readonly error: SwitchyardError; readonly retryInMs: number }

export interface FollowOptions {
  /** Gets every event. Read the status again after each `hello` whose `resumed` is false. */
  readonly onEvent: (event: ServerEvent) => void
  readonly onConnection?: (connection: EventConnection) => void
  /** Ends it. */
  readonly signal: AbortSignal
  /** The wait after the first failure, in milliseconds. Each further failure doubles it, up to 2 seconds. Default: 250. */
  readonly firstRetryMs?: number
}

/** A control plane is restarted within a few seconds, and a person watches. */
const LAST_RETRY_MS = 2_000
/** Errors that another attempt does not cure. */
const FINAL = ['unauthenticated', 'forbidden', 'not-found', 'invalid-argument']

/**
 * Delivers the events of the control plane until `signal` aborts. Connects again when the connection is lost, and goes on after
 * the last event where the control plane still has it.
 * @returns a promise that resolves when `signal` has aborted
 * @throws SwitchyardError for what another attempt does not cure, such as `unauthenticated`
 */
export async function followEvents(
  client: Pick<RestClient, 'getEvents'>,
  { onEvent, onConnection = () => {}, signal, firstRetryMs = 250 }: FollowOptions,
): Promise<void> {
  let lastEventId: string | undefined
  let failures = 0
  while (!signal.aborted) {
    try {
      onConnection({ state: 'connecting' })
      const events = client.getEvents({ signal, ...(lastEventId !== undefined && { lastEventId }) })
      for await (const event of events) {
        if (event.name === 'hello') {
          failures = 0
          onConnection({ state: 'open' })
        }
        lastEventId = event.id
        onEvent(event)
      }
      if (signal.aborted) return
      throw new SwitchyardError('unreachable', 'the control plane has closed the connection')
    } catch (thrown) {
      if (signal.aborted) return
      const error = SwitchyardError.from(thrown)
      if (FINAL.includes(error.code)) throw error
      const retryInMs = Math.min(firstRetryMs * 2 ** failures, LAST_RETRY_MS)
      failures += 1
      onConnection({ state: 'lost', error, retryInMs })
      await pause(retryInMs, signal)
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}
