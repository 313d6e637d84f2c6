// A TCP relay in front of several servers, as a balancer at layer 4: each connection goes to the next server in turn.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import type { Teardown } from './xds-client.ts'

export interface BalancingRelay {
  readonly address: string
  /** From now on, connections go to this server (`host:port`) too. */
  readonly add: (server: string) => void
}

export async function startBalancingRelay(t: Teardown, ...servers: string[]): Promise<BalancingRelay> {
  let accepted = 0
  const relay = createServer((client) => {
    const { hostname, port } = new URL(`http://${servers[accepted % servers.length]}`)
    accepted += 1
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      socket.on('error', () => {})
      t.teardown(() => socket.destroy())
    }
    client.pipe(upstream)
    upstream.pipe(client)
    client.once('close', () => upstream.destroy())
    upstream.once('close', () => client.destroy())
  })
  t.teardown(() => relay.close())
  relay.listen(0, '127.0.0.1')
  await once(relay, 'listening')
  return {
    address: `127.0.0.1:${(relay.address() as AddressInfo).port}`,
    add: (server) => servers.push(server),
  }
}
