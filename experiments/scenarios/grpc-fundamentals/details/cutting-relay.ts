// A TCP relay that can lose an answer: it passes the request on, and cuts the connection when the server answers.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CuttingRelay {
  readonly address: string
  /** The next bytes of a server are lost, and its client's connection with them. */
  readonly loseNextAnswer: () => void
  readonly close: () => Promise<void>
}

/** @param target `HOST:PORT` */
export async function startCuttingRelay(target: string): Promise<CuttingRelay> {
  const [host = '', port] = target.split(':')
  const sockets = new Set<Socket>()
  let isLosing = false
  const server = createServer((client) => {
    const upstream = connect(Number(port), host)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream)
    upstream.on('data', (bytes) => {
      // Acknowledgements and window updates are short frames. An answer has headers, data and trailers.
      if (isLosing && hasHeaders(bytes)) {
        isLosing = false
        client.destroy()
      } else client.write(bytes)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseNextAnswer() {
      isLosing = true
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

const FRAME_HEADER = 9
const HEADERS = 1

/** Whether one of the frames that begin in these bytes is HEADERS. Servers write whole frames, if they are small. */
function hasHeaders(bytes: Buffer): boolean {
  for (let at = 0; at + FRAME_HEADER <= bytes.length; ) {
    if (bytes.readUInt8(at + 3) === HEADERS) return true
    at += FRAME_HEADER + bytes.readUIntBE(at, 3)
  }
  return false
}
