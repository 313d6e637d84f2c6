// Finds a free TCP port for a program that cannot choose one itself.

import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { SwitchyardError } from '../core/errors.ts'

/**
 * Below the ports that Linux, macOS and Windows give to clients and to servers on port 0. One of those could go to another process
 * between our look and its use. Above the default ports of Switchyard.
 */
const FIRST = 20_000
const LAST = 32_767

/** A machine where this many random ports are taken has none left for us. */
const ATTEMPTS = 200

const given = new Set<number>()

/**
 * A free port on 127.0.0.1, never the same one twice. On Linux, no other process that asks here gets it until this process has ended,
 * whether something listens there or not. Others may still take it before it is used, so prefer port 0 if the program supports it.
 * @throws SwitchyardError `address-in-use` if it finds none
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(FIRST, LAST + 1)
    if (given.has(port)) continue
    given.add(port)
    if ((await reserve(port)) && (await isFree(port))) return port
  }
  throw new SwitchyardError(
    'address-in-use',
    `none of ${ATTEMPTS} ports between ${FIRST} and ${LAST} of 127.0.0.1 is free: end what listens there`,
  )
}

/**
 * Keeps the port from all who ask here in other processes. Between a look at a port and its use, several could find the same one free,
 * and two Envoys even share it without an error. The name of a socket ends with its process, so nothing is left over.
 */
async function reserve(port: number): Promise<boolean> {
  if (process.platform !== 'linux') return true
  return isOpened(
    createServer()
      .listen({ path: `\0switchyard-port-${port}`, exclusive: true })
      .unref(),
  )
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen({ port, host: '127.0.0.1', exclusive: true })
  if (!(await isOpened(server))) return false
  server.close()
  await once(server, 'close')
  return true
}

function isOpened(server: Server): Promise<boolean> {
  return once(server, 'listening').then(
    () => true,
    () => false,
  )
}
