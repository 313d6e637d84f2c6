// A service of ours on an address of its own: health beside it, GOAWAY on demand, and an end that lets calls finish.

import type { Server } from '@grpc/grpc-js'
import { DrainingListener, type ListenAddress, type Tls } from './draining-listener.ts'
import { addHealth } from './health.ts'

const STOP_GRACE_MS = 2_000

export interface ServedService {
  /** `host:port` or `unix:/path`. */
  readonly address: string
  /** Sends GOAWAY on all open connections and serves new ones. @returns the number of connections that got GOAWAY */
  drain(): number
  /** Reports NOT_SERVING, gives calls in progress two seconds to end, then closes their connections. */
  close(): Promise<void>
}

/**
 * Errors are those of `DrainingListener.listen`.
 * @param server has the service already
 * @param name of the service, as health reports it
 * @param tls plaintext without it
 */
export async function serveWithHealth(
  server: Server,
  name: string,
  listen: ListenAddress,
  tls?: Tls,
): Promise<ServedService> {
  const health = addHealth(server, [name])
  const listener = new DrainingListener(server, tls)
  const address = await listener.listen(listen)
  return {
    address,
    drain: () => listener.drain(),
    close() {
      health.stopServing()
      return listener.close(STOP_GRACE_MS)
    },
  }
}
