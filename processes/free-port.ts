// Finds a TCP port for a program that cannot be told to choose one itself.
import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port on 127.0.0.1 that was free a moment ago; another process may take it first, so prefer port 0 where it can be had. */
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
