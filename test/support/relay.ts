// A TCP relay for a test: what comes over a connection goes to a server, and back.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import type { Teardown } from './xds-client.ts'

/**
 * Listens on loopback until the test ends.
 * @param nextServer called once for each connection; the server that it goes to, as `host:port`
 * @returns the address, as `host:port`
 */
export async function startRelay(t: Teardown, nextServer: () => string): Promise<string> {
  const relay = createServer((client) => {
    const { hostname, port } = new URL(`http://${nextServer()}`)
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
  return `127.0.0.1:${(relay.address() as AddressInfo).port}`
}
