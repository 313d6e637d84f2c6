// A TCP relay in front of several servers, as a balancer at layer 4: each connection goes to the next server in turn.

import { startRelay } from './relay.ts'
import type { Teardown } from './xds-client.ts'

export interface BalancingRelay {
  readonly address: string
  /** From now on, connections go to this server (`host:port`) too. */
  readonly add: (server: string) => void
}

export async function startBalancingRelay(t: Teardown, ...servers: string[]): Promise<BalancingRelay> {
  let accepted = 0
  const nextServer = () => {
    const server = servers[accepted % servers.length] ?? ''
    accepted += 1
    return server
  }
  return { address: await startRelay(t, nextServer), add: (server) => servers.push(server) }
}
