// A TCP relay that counts bytes, and that can stop passing them on without closing anything: a dead peer, as clients see it.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CountingRelay {
  /** `HOST:PORT`; what connects here reaches the server. */
  readonly address: string
  /** Bytes from clients, and from the server, since the relay was opened. */
  readonly bytes: { readonly up: number; readonly down: number }
  /** From now on, nothing passes, and no connection is closed. */
  readonly goSilent: () => void
  readonly close: () => void
}

/** @param server `HOST:PORT` */
export async function openRelay(server: string): Promise<CountingRelay> {
  const { hostname, port } = new URL(`http://${server}`)
  const bytes = { up: 0, down: 0 }
  const sockets = new Set<Socket>()
  let isSilent = false
  const pass = (from: Socket, to: Socket, direction: keyof typeof bytes) => {
    from.on('data', (data) => {
      if (isSilent) return
      bytes[direction] += data.length
      // Backpressure of one side is backpressure of the other.
      if (to.write(data)) return
      from.pause()
      to.once('drain', () => from.resume())
    })
    from.on('end', () => !isSilent && to.end())
    from.on('error', () => to.destroy())
    from.on('close', () => sockets.delete(from))
    sockets.add(from)
  }
  const relay = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    pass(client, upstream, 'up')
    pass(upstream, client, 'down')
  })
  relay.listen(0, '127.0.0.1')
  await once(relay, 'listening')
  return {
    address: `127.0.0.1:${(relay.address() as AddressInfo).port}`,
    bytes,
    goSilent() {
      isSilent = true
    },
    close() {
      for (const socket of sockets) socket.destroy()
      relay.close()
    },
  }
}
