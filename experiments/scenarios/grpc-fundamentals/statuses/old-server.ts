// A server that speaks HTTP/1.1 only, on a port where a gRPC server is expected.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export async function startOldServer() {
  const server = createServer((_, response) => response.writeHead(200).end('hello'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
