// Finds a free TCP port for a program that cannot choose one itself.
import { once } from 'node:events'
import { createServer } from 'node:net'

/** A free port on 127.0.0.1. Another process may take it before it is used, so prefer port 0 if the program supports it. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string')
    throw new TypeError('a TCP server has an address with a port')
  return address.port
}
