// A TCP relay that counts the connections to a server, those without a call too.

import { EventEmitter, once } from 'node:events'
import { startRelay } from './relay.ts'
import type { Teardown } from './xds-client.ts'

export interface CountingRelay {
  readonly address: string
  /** How many connections were opened until now. */
  readonly opened: () => number
  /** Resolves when as many have been opened. */
  readonly untilOpened: (count: number) => Promise<void>
}

/** Relays connections to a server, given as `host:port`. */
export async function startCountingRelay(t: Teardown, server: string): Promise<CountingRelay> {
  const counts = new EventEmitter()
  let opened = 0
  const address = await startRelay(t, () => {
    opened += 1
    counts.emit('counted')
    return server
  })
  const untilOpened = async (count: number) => {
    while (opened < count) await once(counts, 'counted')
  }
  return { address, opened: () => opened, untilOpened }
}
