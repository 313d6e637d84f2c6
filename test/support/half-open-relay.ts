// A TCP relay whose clients can vanish: the server's end of each connection stays open, and nobody reads or writes at the other one.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Teardown } from './xds-client.ts'

export interface HalfOpenRelay {
  readonly address: string
  /** From now on, nothing is passed on, and the clients' connections are gone. */
  readonly vanish: () => void
  /** Closes the connections to the server, as when a system gives them up at last. */
  readonly giveUp: () => void
}

/** Relays connections to a server, given as `host:port`. */
export async function startHalfOpenRelay(t: Teardown, server: string): Promise<HalfOpenRelay> {
  const { hostname, port } = new URL(`http://${server}`)
  const pairs: { readonly client: Socket; readonly upstream: Socket }[] = []
  const relay = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) socket.on('error', () => {})
    // Without `end: false`, the end of one side would end the other.
    client.pipe(upstream, { end: false })
    upstream.pipe(client, { end: false })
    pairs.push({ client, upstream })
  })
  const giveUp = () => {
    for (const { upstream } of pairs) upstream.destroy()
  }
  const vanish = () => {
    for (const { client, upstream } of pairs) {
      upstream.unpipe(client)
      upstream.pause()
      client.destroy()
    }
  }
  t.teardown(() => {
    vanish()
    giveUp()
    relay.close()
  })
  relay.listen(0, '127.0.0.1')
  await once(relay, 'listening')
  return { address: `127.0.0.1:${(relay.address() as AddressInfo).port}`, vanish, giveUp }
}
