// A TCP relay that counts bytes: what a client puts on the wire and takes from it, with all headers and frames.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CountingRelay {
  /** `HOST:PORT` */
  readonly address: string
  /** Since the last time, or since the start. */
  take(): { readonly sent: number; readonly received: number }
  close(): Promise<void>
}

/** @param target `HOST:PORT` */
export async function startCountingRelay(target: string): Promise<CountingRelay> {
  const [host = '', port] = target.split(':')
  const sockets = new Set<Socket>()
  let [sent, received] = [0, 0]
  const server = createServer((client) => {
    const upstream = connect(Number(port), host)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => {
        if (from === client) sent += bytes.length
        else received += bytes.length
      })
      from.on('error', () => to.destroy())
      from.on('close', () => sockets.delete(from))
      from.pipe(to)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = { sent, received }
      sent = 0
      received = 0
      return taken
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
