// An endpoint that is dead for as long as its test runs.

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { Test } from 'tap'

/** An endpoint that closes each connection: a port that nobody else can get. @returns its address, `HOST:PORT` */
export async function startDead(t: Test): Promise<string> {
  const server = createServer((socket) => socket.destroy())
  t.teardown(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
