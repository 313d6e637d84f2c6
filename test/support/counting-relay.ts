// A TCP relay that counts the connections to a server, those without a call too.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
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
  const { hostname, port } = new URL(`http://${server}`)
  let opened = 0
  const relay = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      socket.on('error', () => {})
      t.teardown(() => socket.destroy())
    }
    client.pipe(upstream)
    upstream.pipe(client)
    opened += 1
    relay.emit('counted')
  })
  t.teardown(() => relay.close())
  relay.listen(0, '127.0.0.1')
  await once(relay, 'listening')
  const untilOpened = async (count: number) => {
    while (opened < count) await once(relay, 'counted')
  }
  return {
    address: `127.0.0.1:${(relay.address() as AddressInfo).port}`,
    opened: () => opened,
    untilOpened,
  }
}
